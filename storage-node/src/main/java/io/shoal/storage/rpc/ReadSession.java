package io.shoal.storage.rpc;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permit;
import io.shoal.common.flow.Permits;
import io.shoal.common.time.TimeSource;
import io.shoal.common.transport.ReadFrame;
import io.shoal.common.transport.ReadRange;
import io.shoal.common.transport.ReplySource;
import io.shoal.common.transport.ReplyStream;
import io.shoal.storage.chunk.ChunkReader;
import io.shoal.storage.heartbeat.Suspicions;
import io.shoal.storage.volume.ChunkStore;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One reader's stream. One frame is read from the volume at a time, on the volume's threads, and
 * only while the stream takes more; so what waits for the reader is the stream's window and one
 * frame, and the disk reads the next frame while the one before is on its way.
 *
 * <p>The lock guards everything; {@link #update} is its only door.
 */
final class ReadSession implements ReplySource {
  /** How far the stream has come. */
  private enum Stage {
    /** There is no room in the node's budget yet. */
    WAITING,
    /** The volume is looking for the chunk, and reading the first frame. */
    OPENING,
    /** Frames are read and sent. */
    READING,
    /** Nothing is sent any more. */
    ENDED
  }

  private final ChunkStore store;
  private final ReadRange range;
  private final ReplyStream<ReadFrame> replies;
  private final TimeSource time;
  private final Suspicions suspicions;
  private final Consumer<ReadSession> atEnd;

  private Stage stage = Stage.WAITING;
  private @Nullable CompletableFuture<Permit> room;
  private @Nullable Permit permit;
  private @Nullable ChunkReader reader;

  /** Whether a frame is on its way from the volume. */
  private boolean reading;

  private long progressNanos;

  /**
   * Makes a session.
   *
   * @param suspicions gets the chunk if its bytes are not what was written
   * @param atEnd told once, when the stream has ended
   */
  ReadSession(
      ChunkStore store,
      ReadRange range,
      ReplyStream<ReadFrame> replies,
      TimeSource time,
      Suspicions suspicions,
      Consumer<ReadSession> atEnd) {
    this.store = store;
    this.range = range;
    this.replies = replies;
    this.time = time;
    this.suspicions = suspicions;
    this.atEnd = atEnd;
    this.progressNanos = time.nanoTime();
  }

  void start(Permits budget, int windowBytes) {
    update(
        () -> {
          CompletableFuture<Permit> granted = budget.acquire(Math.min(range.length(), windowBytes));
          room = granted;
          var unused = granted.whenComplete((got, failure) -> update(() -> admitted(got, failure)));
        });
  }

  @Override
  public void onReady() {
    update(() -> progressNanos = time.nanoTime());
  }

  @Override
  public void onAborted(ShoalException reason) {
    update(this::end);
  }

  /** Ends the stream if frames wait for a reader that has taken nothing for so long. */
  void endIfStalled(long limitNanos) {
    update(
        () -> {
          long stalledNanos = time.nanoTime() - progressNanos;
          if (stage == Stage.READING && !reading && stalledNanos > limitNanos) {
            fail(
                new ShoalException(
                    ErrorCode.OVERLOADED,
                    "chunk " + range.chunkId(),
                    "the reader took nothing for "
                        + stalledNanos / 1_000_000
                        + " ms, and others wait for the memory"));
          }
        });
  }

  /** Lets an event change the state, and then reads on if that is possible. */
  private void update(Runnable event) {
    if (Thread.holdsLock(this)) {
      // The event came within another one, which does the rest.
      event.run();
      return;
    }
    @Nullable ChunkReader next;
    synchronized (this) {
      event.run();
      next = nextToRead();
      reading |= next != null;
    }
    if (next != null) {
      // Without the lock: the frame may be there already, and the one behind it.
      var unused = next.next().whenComplete(this::arrived);
    }
  }

  private @Nullable ChunkReader nextToRead() {
    return stage == Stage.READING && !reading && replies.isReady() ? reader : null;
  }

  private void admitted(@Nullable Permit granted, @Nullable Throwable failure) {
    room = null;
    if (granted == null) {
      fail(ShoalException.of(failure == null ? new IllegalStateException("no permit") : failure));
      return;
    }
    if (stage == Stage.ENDED) {
      granted.release();
      return;
    }
    permit = granted;
    stage = Stage.OPENING;
    var unused =
        store
            .openReader(range.chunkId(), range.offset(), range.length())
            .whenComplete((opened, refusal) -> update(() -> opened(opened, refusal)));
  }

  private void opened(@Nullable ChunkReader opened, @Nullable Throwable failure) {
    if (opened == null) {
      fail(ShoalException.of(failure == null ? new IllegalStateException("no reader") : failure));
    } else if (stage == Stage.ENDED) {
      opened.close();
    } else {
      reader = opened;
      stage = Stage.READING;
      progressNanos = time.nanoTime();
    }
  }

  private void arrived(
      io.shoal.storage.chunk.@Nullable ReadFrame frame, @Nullable Throwable failure) {
    if (frame != null) {
      // Here and not within the lock: it copies, on the volume's thread, and is dropped after the
      // end.
      ReadFrame sent = new ReadFrame(frame.offset(), frame.crc32c(), frame.payload());
      if (frame.offset() + sent.length() == range.end()) {
        replies.finish(sent);
      } else {
        replies.send(sent);
      }
    }
    update(
        () -> {
          reading = false;
          progressNanos = time.nanoTime();
          if (frame == null) {
            fail(
                ShoalException.of(
                    failure == null ? new IllegalStateException("no frame") : failure));
          } else if (stage == Stage.READING && reader != null && !reader.hasNext()) {
            end();
          }
        });
  }

  private void fail(ShoalException failure) {
    if (stage != Stage.ENDED) {
      if (failure.code() == ErrorCode.CHECKSUM_MISMATCH) {
        suspicions.add(range.chunkId());
      }
      replies.fail(failure);
      end();
    }
  }

  private void end() {
    if (stage == Stage.ENDED) {
      return;
    }
    stage = Stage.ENDED;
    if (room != null) {
      room.cancel(false);
      room = null;
    }
    if (permit != null) {
      permit.release();
    }
    if (reader != null) {
      reader.close();
    }
    atEnd.accept(this);
  }
}
