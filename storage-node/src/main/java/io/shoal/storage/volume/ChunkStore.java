package io.shoal.storage.volume;

import io.shoal.common.id.ChunkId;
import io.shoal.storage.chunk.ChunkDescription;
import io.shoal.storage.chunk.ChunkPlace;
import io.shoal.storage.chunk.ChunkReader;
import io.shoal.storage.chunk.ChunkWriter;
import io.shoal.storage.chunk.ExpiredChunk;
import io.shoal.storage.chunk.WriterRequest;
import io.shoal.storage.index.ScrubNote;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * All chunks of a storage node, over all its volumes. Thread-safe.
 *
 * <p><b>Threads.</b> No method blocks or touches a disk on the calling thread. Futures complete on
 * threads of the volumes: dependents hand over to an executor of their own when they do more than
 * that. All futures fail with {@code ShoalException} only; cancelling one forgets the result, and a
 * writer or reader that comes too late for its caller is closed.
 *
 * <p><b>Failing volumes.</b> What concerns one volume fails with that volume's error and leaves the
 * others alone. Answers about all volumes leave out what a fenced volume can no longer tell.
 */
public interface ChunkStore {
  /**
   * Opens a chunk for writing: a new one, or one that is still open and has the same nonce (rule
   * G4). In the second case the older stream is fenced before the length is told: no call on it
   * takes effect any more.
   *
   * @return fails with {@code FENCED} if the chunk has another nonce, was finished, or was open
   *     when the node restarted; {@code GRANT_EXPIRED} if the log clock of {@link #advanceLogClock}
   *     has passed the grant; {@code OUT_OF_SPACE} if no volume has room for the whole length
   *     limit; {@code OVERLOADED} if too many chunks are open; {@code VOLUME_FENCED} if no volume
   *     takes writes, or the chunk lies on a fenced one
   */
  CompletableFuture<ChunkWriter> openWriter(WriterRequest request);

  /**
   * Opens a range of a chunk for reading. The first frame is read along with it. A chunk that is
   * being written can be read up to its durable length. A reader that is open already goes on when
   * the chunk is deleted.
   *
   * @param offset first byte that is wanted, at least 0
   * @param length number of bytes that are wanted, at least 1
   * @return fails with {@code CHUNK_UNKNOWN}; {@code REPLICA_SHORT} if the range ends beyond the
   *     durable length (rule D4); {@code CHECKSUM_MISMATCH} as {@link ChunkReader#next}; {@code
   *     OVERLOADED}; {@code INVALID_ARGUMENT}
   */
  CompletableFuture<ChunkReader> openReader(ChunkId chunk, int offset, int length);

  /**
   * Finds where a range of a chunk lies, for readers that open its file themselves.
   *
   * @return fails as {@link #openReader} does, and with {@code UNSUPPORTED} if the volume is not a
   *     directory of this machine
   */
  CompletableFuture<ChunkPlace> findPlace(ChunkId chunk, int offset, int length);

  /** Tells what the node holds of chunks, one answer for each id, in the same order. */
  CompletableFuture<List<ChunkDescription>> describe(List<ChunkId> chunks);

  /**
   * Deletes chunks, those in the trash and open ones included, whose streams are fenced. Chunks
   * that the node does not have count as deleted.
   *
   * @return the chunks that will never be served to a new reader again, crash or not (rule D2).
   *     Those that are missing from it could not be deleted, because their volume is fenced or
   *     failed; that does not fail the future
   */
  CompletableFuture<List<ChunkId>> delete(List<ChunkId> chunks);

  /**
   * Deletes chunks at once that nobody committed, as long as they are those that {@link
   * #expiredUnconfirmed} named: one that was written anew under a later grant stays (rule G1). What
   * can't be deleted is named again.
   */
  CompletableFuture<Void> deleteExpired(List<ExpiredChunk> chunks);

  /**
   * Lists the node's chunks, sorted by id over all volumes. A chunk that is open and has nothing
   * durable is not listed.
   *
   * @param after only chunks with a higher id; null for the first page
   * @param limit most chunks of the answer, at least 1
   * @return fewer than {@code limit} only at the end
   */
  CompletableFuture<List<ChunkDescription>> inventory(@Nullable ChunkId after, int limit);

  /**
   * Lists chunks with durable bytes whose grant ran out before {@code nowMillis} and that were not
   * {@link #confirm}ed, oldest expiry first (rule G1).
   *
   * @param after only those that come after it; null for the first page
   * @param limit most chunks of the answer, at least 1
   */
  CompletableFuture<List<ExpiredChunk>> expiredUnconfirmed(
      long nowMillis, @Nullable ExpiredChunk after, int limit);

  /**
   * Notes durably that chunks are committed, so that {@link #expiredUnconfirmed} does not name them
   * any more. Unknown chunks are left out.
   */
  CompletableFuture<Void> confirm(List<ChunkId> chunks);

  /**
   * Takes back durably what {@link #confirm} noted: {@link #expiredUnconfirmed} names the chunks
   * again.
   *
   * @return those of the chunks that are there, and that it was done for
   */
  CompletableFuture<List<ChunkId>> unconfirm(List<ChunkId> chunks);

  /** Returns the trash, where chunks wait before they are erased. */
  ChunkTrash trash();

  /** Tells how far the scrubber has come. */
  CompletableFuture<ScrubNote> scrubNote();

  /** Notes durably how far the scrubber has come. */
  CompletableFuture<Void> noteScrub(ScrubNote note);

  /**
   * Tells the engine how far the log clock has been applied, as heartbeats report it. Open chunks
   * whose grant has run out are closed at their durable length. Never moves back.
   */
  void advanceLogClock(long nowMillis);

  /**
   * Reports on every volume, also on those that failed, in the order of the data directories. Does
   * not touch the disks: as of a moment ago.
   */
  List<VolumeReport> reports();

  /** Tells what the volumes are busy with. */
  StoreLoad load();

  /**
   * Fences all streams with {@code UNAVAILABLE}, finishes what was accepted, closes the indexes and
   * gives the directories back.
   *
   * @return completes when everything is closed; not on a thread of a volume
   */
  CompletableFuture<Void> close();
}
