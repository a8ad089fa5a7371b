package io.shoal.storage.transfer;

import io.shoal.common.checksum.RunningCrc32c;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.VolumeId;
import io.shoal.common.shard.Shard;
import io.shoal.common.transport.ChunkTransport;
import io.shoal.common.transport.ReadFrame;
import io.shoal.common.transport.ReadListener;
import io.shoal.common.transport.ReadRange;
import io.shoal.common.transport.ReadStream;
import io.shoal.common.transport.StreamLimits;
import io.shoal.storage.chunk.ChunkDescription;
import io.shoal.storage.chunk.ChunkWriter;
import io.shoal.storage.chunk.DurableLength;
import io.shoal.storage.chunk.WriterRequest;
import io.shoal.storage.volume.ChunkStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one replica from those of other nodes. Rule P3: it gets exactly the bytes that were
 * committed, every frame is verified on its way into the volume, and the whole when it is durable.
 *
 * <p>What is in the trash is taken out first and then treated as what is here already: not just
 * overwritten, because it may be all that is left of the chunk if no source has it (rule G5); and
 * not just kept, because it is of an earlier grant (rule G1).
 *
 * <p>A chunk that is here already, whole and under no earlier grant is left as it is, so that an
 * order which comes twice does no harm. Any other that is here is replaced, but only after a source
 * was read to its end: what is left of the bytes is not given up for a source that has none.
 *
 * <p>State belongs to the shard.
 */
final class ReplicaCopy {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaCopy.class);

  private static final StreamLimits LIMITS = StreamLimits.idle(Duration.ofSeconds(30));

  /** Frames of a source that are on their way or in the volume's hands at a time. */
  private static final int WINDOW_FRAMES = 3;

  private enum Stage {
    /** Finds out what is here already; if there is something that is no good, */
    LOOKING,
    /** reads a source without keeping the bytes, then has */
    PROVING,
    /** what is here deleted; then */
    CLEARING,
    /** opens the chunk, */
    OPENING,
    /** writes what the sources deliver, */
    WRITING,
    /** waits for the volume, and has */
    FINISHING,
    /** come to an end, good or bad. */
    ENDED
  }

  private final ChunkStore store;
  private final ChunkTransport transport;
  private final ExpectedChunk expected;
  private final List<CopySource> sources;
  private final WriterRequest request;
  private final Shard shard;
  private final CompletableFuture<VolumeId> done = new CompletableFuture<>();
  private final List<String> failures = new ArrayList<>();

  private Stage stage = Stage.LOOKING;
  private int nextSource;
  private int offset;

  /** Of what the source delivered that is read without keeping the bytes. */
  private RunningCrc32c proof = new RunningCrc32c();

  private @Nullable Attempt attempt;
  private @Nullable ChunkWriter writer;

  /**
   * Makes a copy that has not begun.
   *
   * @param sources to be tried in this order
   * @param request the grant under which it is written
   */
  ReplicaCopy(
      ChunkStore store,
      ChunkTransport transport,
      ExpectedChunk expected,
      List<CopySource> sources,
      WriterRequest request,
      Shard shard) {
    this.store = store;
    this.transport = transport;
    this.expected = expected;
    this.sources = List.copyOf(sources);
    this.request = request;
    this.shard = shard;
  }

  /** Runs it. Returns the volume that has the replica; fails with {@link ShoalException}. */
  CompletableFuture<VolumeId> run() {
    shard.execute(this::takeBack);
    return done;
  }

  private void moveTo(Stage next, String reason) {
    LOG.trace("chunk {}: {} -> {}: {}", expected.chunk(), stage, next, reason);
    stage = next;
  }

  private void takeBack() {
    var unused =
        store
            .trash()
            .takeBack(List.of(expected.chunk()))
            .whenCompleteAsync(
                (done, failure) -> {
                  if (failure == null) {
                    look();
                  } else {
                    end(failureOf(failure));
                  }
                },
                shard);
  }

  private void look() {
    var unused =
        new ReplicaCheck(store, List.of(expected), shard)
            .byReading()
            .whenCompleteAsync((findings, failure) -> looked(findings), shard);
  }

  private void looked(@Nullable List<Finding> findings) {
    Finding finding = findings == null ? Finding.UNDECIDED : findings.get(0);
    switch (finding) {
      case INTACT -> describe();
      case MISSING, UNREACHABLE -> clear(finding);
      case DAMAGED -> {
        moveTo(Stage.PROVING, "what is here is no good");
        readOn();
      }
      case UNDECIDED ->
          end(error(ErrorCode.UNAVAILABLE, "it could not be found out what is here already"));
    }
  }

  /** Answers for a replica that was here already. */
  private void describe() {
    var unused =
        store
            .describe(List.of(expected.chunk()))
            .whenCompleteAsync(
                (described, failure) -> {
                  ChunkDescription found = described == null ? null : described.get(0);
                  VolumeId volume = found == null ? null : found.volume();
                  if (found == null || volume == null) {
                    end(error(ErrorCode.UNAVAILABLE, "it went away while it was looked at"));
                  } else if (found.expiresAtMillis() >= request.expiresAtMillis()) {
                    end(volume);
                  } else {
                    // Rule G1: of an earlier grant, for which the leader may have said delete.
                    // Never
                    // the other way round: what was answered under a later grant may yet count.
                    moveTo(Stage.PROVING, "what is here is of an earlier grant");
                    readOn();
                  }
                },
                shard);
  }

  private void open(String reason) {
    moveTo(Stage.OPENING, reason);
    offset = 0;
    nextSource = 0;
    var unused =
        store
            .openWriter(request)
            .whenCompleteAsync(
                (opened, failure) -> {
                  if (opened == null) {
                    end(failureOf(failure));
                  } else {
                    writer = opened;
                    moveTo(Stage.WRITING, "the chunk is open");
                    readOn();
                  }
                },
                shard);
  }

  /**
   * Has what is here deleted. Also if nothing is: deletions that were ordered before, and wait, are
   * carried out before this one, and not when the copy is there.
   */
  private void clear(Finding found) {
    moveTo(Stage.CLEARING, "what is here is " + found);
    var unused =
        store
            .delete(List.of(expected.chunk()))
            .whenCompleteAsync(
                (deleted, failure) -> {
                  boolean gone = deleted != null && deleted.contains(expected.chunk());
                  // Of a volume that can't be asked nothing can be deleted; another one takes it.
                  if (gone || found == Finding.UNREACHABLE) {
                    open("nothing is in the way");
                  } else {
                    end(error(ErrorCode.VOLUME_FENCED, "what is here can't be deleted"));
                  }
                },
                shard);
  }

  // ------------------------------------------------------------------------------------------
  // reading

  private void readOn() {
    if (nextSource == sources.size()) {
      end(
          error(
              ErrorCode.CHUNK_UNREADABLE,
              "no source delivered bytes "
                  + offset
                  + " to "
                  + expected.length()
                  + ": "
                  + String.join("; ", failures)));
      return;
    }
    CopySource source = sources.get(nextSource++);
    Attempt begun = new Attempt(source);
    attempt = begun;
    ReadRange range =
        new ReadRange(expected.chunk(), offset, expected.length() - offset, source.nodeId());
    try {
      begun.stream = transport.openRead(source.address(), range, LIMITS, begun);
      begun.stream.request(WINDOW_FRAMES);
    } catch (ShoalException refused) {
      sourceFailed(begun, refused);
    }
  }

  private void sourceFailed(Attempt from, ShoalException failure) {
    if (from != attempt) {
      return;
    }
    attempt = null;
    failures.add("node " + from.source.nodeId() + ": " + failure);
    if (stage == Stage.PROVING) {
      offset = 0;
      proof = new RunningCrc32c();
    }
    readOn();
  }

  private void onFrame(Attempt from, ReadFrame frame) {
    if (from != attempt || (stage != Stage.WRITING && stage != Stage.PROVING)) {
      frame.release();
      return;
    }
    int length = frame.length();
    if (frame.offset() != offset || length > expected.length() - offset) {
      frame.release();
      from.fail(error(ErrorCode.INTERNAL, "a frame at " + frame.offset() + " of " + length));
      return;
    }
    if (stage == Stage.PROVING) {
      prove(from, frame, length);
    } else {
      write(from, frame, length);
    }
  }

  private void prove(Attempt from, ReadFrame frame, int length) {
    proof.update(frame.payload());
    frame.release();
    offset += length;
    if (offset < expected.length()) {
      from.requestOne();
    } else if (proof.value() == expected.crc32c()) {
      attempt = null;
      clear(Finding.DAMAGED);
    } else {
      from.fail(error(ErrorCode.CHECKSUM_MISMATCH, "the source has other bytes"));
    }
  }

  // ------------------------------------------------------------------------------------------
  // writing

  private void write(Attempt from, ReadFrame frame, int length) {
    ChunkWriter open = requireWriter();
    int at = offset;
    offset += length;
    var unused =
        open.append(at, frame.crc32c(), frame.payload())
            .whenCompleteAsync((taken, failure) -> appended(from, failure), shard);
    if (offset == expected.length()) {
      attempt = null;
      moveTo(Stage.FINISHING, "all bytes are with the volume");
      finish(open);
    }
  }

  private void appended(Attempt from, @Nullable Throwable failure) {
    if (failure != null) {
      end(failureOf(failure));
    } else if (from == attempt) {
      from.requestOne();
    }
  }

  private void finish(ChunkWriter open) {
    var unused =
        open.finish()
            .whenCompleteAsync((durable, failure) -> finished(open, durable, failure), shard);
  }

  private ChunkWriter requireWriter() {
    if (writer == null) {
      throw new IllegalStateException("stage: " + stage + " without a writer");
    }
    return writer;
  }

  private void finished(
      ChunkWriter open, @Nullable DurableLength durable, @Nullable Throwable failure) {
    if (durable == null) {
      end(failureOf(failure));
    } else if (durable.bytes() != expected.length() || durable.crc32c() != expected.crc32c()) {
      end(
          error(
              ErrorCode.CHECKSUM_MISMATCH,
              "the copy has %d bytes with CRC32C %08x (expected: %d with %08x)"
                  .formatted(
                      durable.bytes(), durable.crc32c(), expected.length(), expected.crc32c())));
    } else {
      end(open.volume());
    }
  }

  // ------------------------------------------------------------------------------------------
  // the end

  private void end(VolumeId volume) {
    close();
    done.complete(volume);
  }

  private void end(ShoalException failure) {
    if (stage == Stage.ENDED) {
      return;
    }
    boolean begun = writer != null;
    close();
    if (!begun) {
      done.completeExceptionally(failure);
      return;
    }
    // Half a replica would only be in the way of the next try.
    var unused =
        store
            .delete(List.of(expected.chunk()))
            .whenCompleteAsync((deleted, problem) -> done.completeExceptionally(failure), shard);
  }

  private void close() {
    moveTo(Stage.ENDED, "it is decided");
    if (attempt != null && attempt.stream != null) {
      attempt.stream.cancel(error(ErrorCode.CANCELLED, "the copy ended"));
    }
    attempt = null;
    if (writer != null) {
      writer.close();
    }
  }

  private static ShoalException failureOf(@Nullable Throwable failure) {
    return ShoalException.of(failure == null ? new IllegalStateException("no result") : failure);
  }

  private ShoalException error(ErrorCode code, String message) {
    return new ShoalException(code, "chunk " + expected.chunk(), message);
  }

  /** What one source delivers. */
  private final class Attempt implements ReadListener {
    private final CopySource source;
    private @Nullable ReadStream stream;

    Attempt(CopySource source) {
      this.source = source;
    }

    void requestOne() {
      if (stream != null) {
        stream.request(1);
      }
    }

    void fail(ShoalException reason) {
      if (stream != null) {
        stream.cancel(reason);
      }
      sourceFailed(this, reason);
    }

    @Override
    public void onFrame(ReadFrame frame) {
      shard.execute(() -> ReplicaCopy.this.onFrame(this, frame));
    }

    @Override
    public void onClosed(@Nullable ShoalException failure) {
      shard.execute(
          () ->
              sourceFailed(
                  this,
                  failure != null
                      ? failure
                      : error(ErrorCode.REPLICA_SHORT, "the stream ended at " + offset)));
    }
  }
}
