package io.shoal.storage.volume;

import io.shoal.common.id.ChunkId;
import io.shoal.storage.chunk.ExpiredChunk;
import io.shoal.storage.chunk.TrashedChunk;
import io.shoal.storage.index.BrakeNote;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The trash of a node (rule G5): chunks that nobody knows wait there, on their volumes, before they
 * are erased. What is in it survives a restart, takes up its space, and is otherwise as if it were
 * not there: readers do not find it, inventories do not list it, and who wants to write it is
 * fenced. {@link ChunkStore#delete} deletes out of the trash as well.
 *
 * <p>Threads and failures are as those of {@link ChunkStore}; changes of the trash and deletions of
 * one volume happen in the order in which they were asked for.
 */
public interface ChunkTrash {
  /**
   * Puts chunks into the trash durably, as long as they are those that {@link
   * ChunkStore#expiredUnconfirmed} named: one that was written anew under a later grant stays (rule
   * G1). What can't be put there is named again.
   *
   * @param sinceMillis now, on the log clock
   */
  CompletableFuture<Void> put(List<ExpiredChunk> chunks, long sinceMillis);

  /**
   * Takes chunks out of the trash durably, if they are in it: they are served again, and named by
   * {@link ChunkStore#expiredUnconfirmed} again.
   *
   * @return completes when none of them is in the trash any more, those of fenced volumes left out
   */
  CompletableFuture<Void> takeBack(List<ChunkId> chunks);

  /**
   * Lists chunks in the trash, the oldest first.
   *
   * @param beforeMillis only those that were put there earlier
   * @param after only those that come after it; null for the first page
   * @param limit most chunks of the answer, at least 1
   */
  CompletableFuture<List<TrashedChunk>> list(
      long beforeMillis, @Nullable TrashedChunk after, int limit);

  /**
   * Erases chunks for good, as long as they are in the trash since the time that {@link #list}
   * named. What can't be erased is named again.
   */
  CompletableFuture<Void> erase(List<TrashedChunk> chunks);

  /** Tells how the brake on deletions was noted last. */
  CompletableFuture<BrakeNote> brakeNote();

  /** Notes durably how the brake on deletions is, on every volume that takes writes. */
  CompletableFuture<Void> noteBrake(BrakeNote note);
}
