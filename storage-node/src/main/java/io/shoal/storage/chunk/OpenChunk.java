package io.shoal.storage.chunk;

import io.netty.buffer.ByteBuf;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permit;
import io.shoal.common.id.ChunkId;
import io.shoal.common.policy.AckLevel;
import io.shoal.common.shard.Shard;
import io.shoal.storage.index.ChunkContent;
import io.shoal.storage.index.ChunkHead;
import io.shoal.storage.index.ChunkHead.Place;
import io.shoal.storage.index.IndexUpdate;
import io.shoal.storage.index.Trashed;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A chunk that may still grow: who writes it, what of it is where, and who waits for it to be
 * durable. State belongs to its shard, whose tasks run on the volume's write pool and may block
 * there.
 *
 * <p><b>Durability.</b> A flush or finish writes whole blocks, syncs the file and its name, then
 * hands the index record to the committer, and is answered when that is durable (rules D1, D2). One
 * record of a chunk is on its way at a time; who asks meanwhile shares the next one. With {@link
 * AckLevel#MEMORY} the syncs are left out: the operating system has all of it before the answer.
 */
final class OpenChunk {
  private static final Logger logger = LoggerFactory.getLogger(OpenChunk.class);

  /** Tasks of streams are bounded by their permits; the others are few. */
  private static final int UNLIMITED = Integer.MAX_VALUE;

  private enum Stage {
    /** Nobody has looked yet whether the index knows the chunk. */
    NEW,
    /** Takes frames. */
    OPEN,
    /** Takes nothing more; becomes closed as soon as its last record is durable. */
    FINISHING,
    /**
     * Nothing happens to it any more; waits for a record that is on its way, if there is one, and
     * is gone then.
     */
    ENDED
  }

  private final OpenChunks owner;
  private final ChunkParts parts;
  private final WriterRequest request;
  private final ChunkId id;
  private final Shard shard;
  private final ChunkChecksums checksums = new ChunkChecksums();
  private final CompletableFuture<Void> gone = new CompletableFuture<>();

  private Stage stage = Stage.NEW;
  private @Nullable ChunkData data;
  private @Nullable StreamWriter stream;
  private Acks acks = new Acks();

  /** Whether a record is on its way to the index. */
  private boolean committing;

  /** Up to where bytes were acknowledged before they were durable. */
  private int answeredBytes;

  /** Ends the chunk when all that was acknowledged is durable; null while nobody wants it to. */
  private @Nullable ShoalException closeReason;

  /** Whether the index has, or may have, a record. */
  private boolean recorded;

  /**
   * Makes the reason why it ended, for whoever asks; null if it never began, so that it may be
   * opened anew.
   */
  private @Nullable Supplier<ShoalException> endReason;

  /** Written by the committer's thread before it answers; one record at a time. */
  private volatile DurableLength durable = DurableLength.ZERO;

  OpenChunk(OpenChunks owner, ChunkParts parts, WriterRequest request) {
    this.owner = owner;
    this.parts = parts;
    this.request = request;
    this.id = request.chunk();
    this.shard = new Shard("chunk-" + id, parts.pools().write(), UNLIMITED, parts.pools().faults());
  }

  ChunkId id() {
    return id;
  }

  long expiresAtMillis() {
    return request.expiresAtMillis();
  }

  /** Runs a task of the chunk; throws {@code UNAVAILABLE} if the volume is closed. */
  void execute(Runnable task) {
    shard.execute(task);
  }

  /** Gives the chunk to a stream and fences the one that had it (rule G4). */
  void attach(WriterRequest opened, CompletableFuture<ChunkWriter> answer) {
    if (stage == Stage.NEW) {
      try {
        begin();
      } catch (ShoalException refused) {
        end(refused);
      } catch (IOException failure) {
        end(ChunkReads.indexFailed(parts.guard().volume(), failure));
      }
    }
    if (stage == Stage.ENDED && endReason == null) {
      owner.open(opened, answer);
      return;
    }
    try {
      checkOpen();
      if (opened.writerNonce() != request.writerNonce()) {
        throw error(ErrorCode.FENCED, "another writer has the chunk");
      }
    } catch (ShoalException refused) {
      answer.completeExceptionally(refused);
      return;
    }
    StreamWriter next =
        new StreamWriter(
            this, parts.guard().volume(), checksums.lengthBytes(), durable, owner.pending());
    stream = next;
    if (!answer.complete(next)) {
      next.close();
    }
  }

  private void begin() throws IOException {
    ChunkHead known = knownHead();
    if (known != null) {
      // Rule G4: what an earlier process left open is frozen; what was finished is closed for ever.
      throw error(ErrorCode.FENCED, "the chunk is closed at " + known.lengthBytes() + " bytes");
    }
    parts.guard().checkWritable();
    RoomPromise room = parts.guard().promiseRoom(request.lengthLimitBytes());
    data = new ChunkData(id, parts, owner.files(), owner.sequences(), owner.bufferBudget(), room);
    moveTo(Stage.OPEN, "the index has no record");
  }

  /**
   * Finds the head, also in the trash. Looks twice at those that are served: the chunk may be taken
   * out of the trash between the first look and the one at the trash. It can't be put there again
   * meanwhile, for it counts as open by now.
   */
  private @Nullable ChunkHead knownHead() throws IOException {
    ChunkHead served = parts.index().head(id);
    if (served != null) {
      return served;
    }
    Trashed trashed = parts.index().trashed(id);
    return trashed != null ? trashed.head() : parts.index().head(id);
  }

  /**
   * Appends a frame of a stream.
   *
   * @param payload borrows
   * @return the new length
   */
  int append(StreamWriter from, int offset, int crc32c, ByteBuf payload) {
    checkCurrent(from);
    int length = checksums.lengthBytes();
    if (offset != length) {
      throw error(ErrorCode.INVALID_ARGUMENT, "offset: " + offset + " (expected: " + length + ")");
    }
    int bytes = payload.readableBytes();
    if (bytes > request.lengthLimitBytes() - length) {
      throw error(
          ErrorCode.LIMIT_EXCEEDED,
          "length: "
              + ((long) length + bytes)
              + " (expected: <= "
              + request.lengthLimitBytes()
              + ")");
    }
    parts.guard().checkWritable();
    FrameChecksums frame = FrameChecksums.of(offset, payload);
    if (frame.whole() != crc32c) {
      throw error(
          ErrorCode.CHECKSUM_MISMATCH,
          String.format(
              "CRC32C of %d bytes at offset %d: %08x (expected, as the writer says: %08x)",
              bytes, offset, frame.whole(), crc32c));
    }
    try {
      openData().append(payload);
    } catch (IOException | ShoalException failure) {
      throw endFor(failure, "writing chunk " + id);
    }
    checksums.append(frame);
    owner.received(bytes);
    return checksums.lengthBytes();
  }

  /**
   * Asks that everything becomes durable that was appended, and with {@code finish} that it stays
   * all there is.
   */
  void makeDurable(
      StreamWriter from, boolean finish, CompletableFuture<DurableLength> answer, Permit permit) {
    try {
      checkCurrent(from);
      parts.guard().checkWritable();
    } catch (ShoalException refused) {
      from.fail(refused);
      permit.release();
      answer.completeExceptionally(refused);
      return;
    }
    if (finish) {
      moveTo(Stage.FINISHING, "its writer finished it");
    }
    acks.add(answer, permit);
    if (request.ackLevel() == AckLevel.MEMORY && owner.records().hasRoom()) {
      acknowledgeFromMemory(answer);
    }
    commitIfNeeded();
  }

  /**
   * Answers before anything is synced; the commit follows at once, and holds the permit until then.
   * Readers find the record meanwhile.
   */
  private void acknowledgeFromMemory(CompletableFuture<DurableLength> answer) {
    boolean closing = stage == Stage.FINISHING;
    try {
      IndexUpdate.Put put = record(openData().write(closing), closing);
      owner.records().put(put);
      DurableLength reached = new DurableLength(put.head().lengthBytes(), put.head().crc32c());
      answeredBytes = reached.bytes();
      answer.complete(reached);
    } catch (IOException | ShoalException failure) {
      var unused = endFor(failure, "writing chunk " + id);
    }
  }

  /**
   * Ends a stream's hold. A chunk that nothing came for is forgotten; any other stays open until
   * its grant expires.
   */
  void detach(StreamWriter from) {
    if (stream != from) {
      return;
    }
    stream = null;
    if (stage == Stage.OPEN && checksums.lengthBytes() == 0) {
      end(null);
    }
  }

  /**
   * Closes the chunk if its grant has run out, at its durable length, or behind what was
   * acknowledged from memory; one that is being finished is left to that.
   */
  void expire(long nowMillis) {
    if (stage == Stage.OPEN || stage == Stage.NEW) {
      close(
          error(
              ErrorCode.GRANT_EXPIRED,
              "expired at "
                  + request.expiresAtMillis()
                  + " ms (expected: not before now, "
                  + nowMillis
                  + " ms)"));
    }
  }

  /** Ends the chunk; completes when it is out of the way. */
  CompletableFuture<Void> end(ErrorCode code, String message) {
    try {
      shard.execute(() -> end(error(code, message)));
    } catch (ShoalException closed) {
      gone.completeExceptionally(closed);
    }
    return gone.copy();
  }

  /** As {@link #end(ErrorCode, String)}, but behind what was acknowledged and is not durable. */
  CompletableFuture<Void> close(String message) {
    try {
      shard.execute(() -> close(error(ErrorCode.UNAVAILABLE, message)));
    } catch (ShoalException closed) {
      gone.completeExceptionally(closed);
    }
    return gone.copy();
  }

  private void close(ShoalException reason) {
    if (stage == Stage.ENDED || answeredBytes <= durable.bytes()) {
      end(reason);
    } else {
      closeReason = reason;
    }
  }

  private void commitIfNeeded() {
    if (committing || acks.isEmpty()) {
      return;
    }
    if (stage == Stage.OPEN && checksums.lengthBytes() == durable.bytes()) {
      takeAcks().answer(parts.guard(), durable);
      return;
    }
    try {
      commit();
    } catch (IOException | ShoalException failure) {
      var unused = endFor(failure, "syncing chunk " + id);
    }
  }

  private void commit() throws IOException {
    boolean closing = stage == Stage.FINISHING;
    Place place = openData().sync(closing);
    parts.guard().checkWritable();
    IndexUpdate.Put put = record(place, closing);
    DurableLength target = new DurableLength(put.head().lengthBytes(), put.head().crc32c());
    Acks covered = takeAcks();
    boolean first = !recorded;
    recorded = true;
    committing = true;
    var unused =
        parts
            .committer()
            .commit(List.of(put))
            .whenComplete((done, failure) -> committed(target, first, covered, failure));
  }

  /** Returns what the index is to know of all that was appended and written. */
  private IndexUpdate.Put record(Place place, boolean closing) {
    int length = checksums.lengthBytes();
    ChunkHead head =
        new ChunkHead(
            id,
            place,
            closing,
            length,
            checksums.whole(),
            openData().sequence(),
            request.writerNonce(),
            request.expiresAtMillis());
    ChunkContent content = new ChunkContent(length, checksums.blocks(), openData().copyMemory());
    return new IndexUpdate.Put(head, content, !recorded);
  }

  /** On the committer's thread: answers at once, and leaves the rest to the shard. */
  private void committed(
      DurableLength target, boolean first, Acks covered, @Nullable Throwable failure) {
    ShoalException refused = null;
    if (failure == null) {
      owner.becameDurable(target.bytes() - durable.bytes(), first);
      durable = target;
      owner.records().settle(id, target.bytes());
      covered.answer(parts.guard(), target);
    } else {
      refused = parts.guard().failed("committing chunk " + id, failure);
      covered.fail(refused);
    }
    ShoalException outcome = refused;
    shard.execute(() -> afterCommit(outcome));
  }

  private void afterCommit(@Nullable ShoalException failure) {
    committing = false;
    if (stage == Stage.ENDED) {
      release();
    } else if (failure != null) {
      end(failure);
    } else if (stage == Stage.FINISHING && acks.isEmpty()) {
      endClosed();
    } else if (closeReason != null && acks.isEmpty()) {
      end(closeReason);
    } else {
      commitIfNeeded();
    }
  }

  private Acks takeAcks() {
    Acks taken = acks;
    acks = new Acks();
    return taken;
  }

  private ChunkData openData() {
    return Objects.requireNonNull(data, "data of an open chunk");
  }

  private void checkOpen() {
    if (stage == Stage.ENDED) {
      throw endReason != null ? endReason.get() : error(ErrorCode.FENCED, "the stream was closed");
    }
    if (closeReason != null) {
      throw closeReason;
    }
    if (stage == Stage.FINISHING) {
      throw error(
          ErrorCode.FENCED, "the chunk is being finished at " + checksums.lengthBytes() + " bytes");
    }
  }

  private void checkCurrent(StreamWriter from) {
    from.checkUnbroken();
    if (stage != Stage.ENDED && stream != from) {
      throw error(
          ErrorCode.FENCED, "the stream was closed, or a newer one of the writer has the chunk");
    }
    checkOpen();
  }

  /** Ends the chunk for a failure of the volume, or for want of room. */
  private ShoalException endFor(Exception failure, String during) {
    ShoalException reason = parts.guard().failed(during, failure);
    end(reason);
    return reason;
  }

  private void end(@Nullable ShoalException reason) {
    if (stage == Stage.ENDED) {
      return;
    }
    moveTo(Stage.ENDED, reason == null ? "nothing came" : reason.getMessage());
    if (reason != null) {
      endReason = () -> reason;
      takeAcks().fail(reason);
    }
    releaseIfIdle();
  }

  /** The end of nearly every chunk, at which nobody waits: no error is made until one asks. */
  private void endClosed() {
    moveTo(Stage.ENDED, "durable to its end");
    endReason =
        () -> error(ErrorCode.FENCED, "the chunk is closed at " + durable.bytes() + " bytes");
    releaseIfIdle();
  }

  private void releaseIfIdle() {
    if (!committing) {
      release();
    }
  }

  private void release() {
    owner.records().settle(id, Integer.MAX_VALUE);
    owner.forgot(this, checksums.lengthBytes() - durable.bytes());
    ChunkData held = data;
    data = null;
    if (held != null) {
      try {
        held.release(!recorded && parts.guard().writable());
      } catch (IOException failure) {
        var unused = parts.guard().failed("closing the file of chunk " + id, failure);
      }
    }
    gone.complete(null);
  }

  private ShoalException error(ErrorCode code, String message) {
    return new ShoalException(code, "chunk " + id, message);
  }

  private void moveTo(Stage next, String reason) {
    if (next.compareTo(stage) <= 0) {
      throw new IllegalStateException(
          "chunk " + id + ": " + stage + " to " + next + " (expected: forward only)");
    }
    logger.debug("chunk {}: {} to {}: {}", id, stage, next, reason);
    stage = next;
  }

  @Override
  public String toString() {
    return "OpenChunk[" + id + ", durable=" + durable + "]";
  }
}
