package io.shoal.client.internal.transfer;

import io.shoal.client.internal.resources.ClientResources;
import io.shoal.client.internal.resources.Listening;
import io.shoal.client.internal.write.FileWriter;
import io.shoal.client.internal.write.Frame;
import io.shoal.client.internal.write.FrameBuffer;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permit;
import io.shoal.common.shard.Shard;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Reads a local file into frames, several at once, and hands them to a writer in order. The last
 * frame is read when all others have been, together with the check that the file did not change, so
 * that a file which did is never closed.
 *
 * <p>Owned by its shard.
 */
final class PathFeed {
  /** Frames that are read, or wait for their turn at the writer. */
  private static final int FRAMES_AHEAD = 4;

  private final LocalSource source;
  private final FileWriter writer;
  private final LocalFiles files;
  private final Shard shard;
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();

  /** Where the next frame begins that is to be read. */
  private long nextRead;

  /** Where the next frame begins that the writer gets. */
  private long nextWrite;

  /** By where they begin. */
  private final Map<Long, Frame> filled = new HashMap<>();

  /** Frames from the request for their permit until they are filled or have failed. */
  private int reading;

  /** Frames that the writer has not taken yet. */
  private int writing;

  private @Nullable CompletableFuture<Permit> permitAsked;
  private boolean stopping;

  /** Whether the writer takes nothing more. */
  private boolean refused;

  PathFeed(LocalSource source, FileWriter writer, LocalFiles files, ClientResources resources) {
    this.source = source;
    this.writer = writer;
    this.files = files;
    this.shard =
        new Shard(
            "put " + source.path(),
            resources.executors().shards(),
            Integer.MAX_VALUE,
            (where, fault) -> {
              resources.executors().faults().onFault(where, fault);
              writer.stop(ShoalException.of(fault));
            });
  }

  void start() {
    shard.execute(source.length() == 0 ? this::checkEmpty : this::readMore);
  }

  /** Reads nothing more; completes when no read is under way and no frame is held. */
  CompletableFuture<Void> stop() {
    shard.execute(
        () -> {
          stopping = true;
          filled.values().forEach(Frame::release);
          filled.clear();
          if (permitAsked != null) {
            permitAsked.cancel(false);
          }
          endIfIdle();
        });
    return stopped;
  }

  private void endIfIdle() {
    if (stopping && reading == 0) {
      stopped.complete(null);
    }
  }

  private void checkEmpty() {
    reading++;
    Listening.to(
        files.call(
            source.path(),
            () -> {
              source.checkUnchanged();
              return true;
            }),
        (unchanged, failure) ->
            shard.execute(
                () -> {
                  reading--;
                  if (failure == null) {
                    writer.writeEnd();
                  } else {
                    writer.stop(ShoalException.of(failure));
                  }
                  endIfIdle();
                }));
  }

  private void readMore() {
    while (!stopping
        && !refused
        && permitAsked == null
        && nextRead < source.length()
        && reading + filled.size() + writing < FRAMES_AHEAD) {
      long rest = source.length() - nextRead;
      int bytes = (int) Math.min(rest, writer.frameBytesAt(nextRead));
      boolean last = bytes == rest;
      if (last && reading > 0) {
        return;
      }
      begin(nextRead, bytes, last);
    }
  }

  private void begin(long position, int bytes, boolean last) {
    nextRead += bytes;
    reading++;
    CompletableFuture<Permit> permit = writer.acquire(bytes);
    permitAsked = permit;
    Listening.to(
        permit,
        (held, failure) -> shard.execute(() -> onPermit(position, bytes, last, held, failure)));
  }

  private void onPermit(
      long position,
      int bytes,
      boolean last,
      @Nullable Permit permit,
      @Nullable Throwable failure) {
    permitAsked = null;
    if (permit == null) {
      reading--;
      if (!stopping) {
        writer.stop(
            ShoalException.of(failure == null ? new IllegalStateException("no permit") : failure));
      }
      endIfIdle();
      return;
    }
    if (stopping) {
      reading--;
      permit.release();
      endIfIdle();
      return;
    }
    Listening.to(
        files.call(source.path(), () -> read(position, writer.newBuffer(bytes, permit), last)),
        (frame, readFailure) -> shard.execute(() -> onRead(position, frame, readFailure)));
    readMore();
  }

  /** On a file thread. Takes the buffer. */
  private Frame read(long position, FrameBuffer buffer, boolean last) throws IOException {
    try {
      source.read(position, buffer.bytes());
      if (last) {
        source.checkUnchanged();
      }
      return buffer.seal();
    } catch (IOException | RuntimeException e) {
      buffer.release();
      throw e;
    }
  }

  private void onRead(long position, @Nullable Frame frame, @Nullable Throwable failure) {
    reading--;
    if (frame == null) {
      writer.stop(
          failure == null
              ? new ShoalException(ErrorCode.INTERNAL, source.path().toString(), "nothing was read")
              : ShoalException.of(failure));
    } else if (stopping) {
      frame.release();
    } else {
      filled.put(position, frame);
      writeMore();
      readMore();
    }
    endIfIdle();
  }

  private void writeMore() {
    Frame frame = filled.remove(nextWrite);
    while (frame != null) {
      nextWrite += frame.length();
      writing++;
      Listening.to(
          writer.write(frame, nextWrite == source.length()),
          (nothing, failure) ->
              shard.execute(
                  () -> {
                    writing--;
                    refused |= failure != null;
                    readMore();
                  }));
      frame = filled.remove(nextWrite);
    }
  }
}
