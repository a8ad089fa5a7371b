package io.shoal.storage.chunk;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.storage.index.ChunkHead;
import io.shoal.storage.index.IndexUpdate;
import io.shoal.storage.index.Trashed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes a list of chunks, out of the trash as well: ends the open ones, removes the records
 * durably, unlinks the files, answers (rule D2). Each step runs after the one before it, on a
 * thread of the volume.
 */
final class ChunkRemoval {
  private static final Logger logger = LoggerFactory.getLogger(ChunkRemoval.class);

  private enum Stage {
    /** Waits until open chunks are out of the way. */
    ENDING,
    /** Looks up which records there are. */
    LOOKING_UP,
    /** Waits until the records are gone for good. */
    COMMITTING,
    /** Removes files that nothing names any more. */
    UNLINKING,
    /** Has answered. */
    DONE
  }

  /**
   * Which of the chunks are deleted.
   *
   * @param served decides about those that are served, by their records
   * @param trashed decides about those in the trash
   * @param openOnes whether open chunks are ended and deleted as well; otherwise they stay
   */
  record Scope(Predicate<ChunkHead> served, Predicate<Trashed> trashed, boolean openOnes) {
    static final Scope ALL = new Scope(head -> true, trashed -> true, true);
  }

  private final ChunkParts parts;
  private final ChunkFiles files;
  private final OpenChunks open;
  private final VolumeTotals totals;
  private final List<ChunkId> chunks;
  private final Scope scope;
  private final CompletableFuture<List<ChunkId>> answer = new CompletableFuture<>();

  /** Written by one step after the other. */
  private volatile Stage stage = Stage.ENDING;

  private final List<ChunkId> deleted = new ArrayList<>();
  private final List<ChunkHead> heads = new ArrayList<>();
  private final List<ChunkHead> trashedHeads = new ArrayList<>();

  /** Makes a removal that has not begun. */
  ChunkRemoval(
      ChunkParts parts,
      ChunkFiles files,
      OpenChunks open,
      VolumeTotals totals,
      List<ChunkId> chunks,
      Scope scope) {
    this.parts = parts;
    this.files = files;
    this.open = open;
    this.totals = totals;
    this.chunks = List.copyOf(new LinkedHashSet<>(chunks));
    this.scope = scope;
  }

  /** Starts; completes with the chunks that are gone, on a thread of the volume. */
  CompletableFuture<List<ChunkId>> run() {
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    if (scope.openOnes()) {
      for (ChunkId chunk : chunks) {
        ends.add(open.end(chunk, ErrorCode.FENCED, "the chunk is deleted"));
      }
    }
    var unused =
        CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
            .whenComplete((done, failure) -> proceed(Stage.LOOKING_UP, this::lookUp, failure));
    return answer;
  }

  private void lookUp() {
    List<IndexUpdate> updates = new ArrayList<>();
    try {
      for (ChunkId chunk : chunks) {
        lookUp(chunk, updates);
      }
      if (!updates.isEmpty()) {
        parts.guard().checkWritable();
      }
    } catch (IOException | ShoalException failure) {
      finish(failure);
      return;
    }
    if (updates.isEmpty()) {
      finish(null);
      return;
    }
    moveTo(Stage.COMMITTING);
    var unused =
        parts
            .committer()
            .commit(updates)
            .whenComplete(
                (done, failure) ->
                    proceed(
                        Stage.UNLINKING,
                        this::unlink,
                        failure == null ? null : parts.guard().failed("deleting chunks", failure)));
  }

  private void lookUp(ChunkId chunk, List<IndexUpdate> updates) throws IOException {
    ChunkHead head = parts.index().head(chunk);
    Trashed trashed = head == null ? parts.index().trashed(chunk) : null;
    if (head == null && trashed == null) {
      deleted.add(chunk);
    } else if (head != null
        && scope.served().test(head)
        && (scope.openOnes() || !open.contains(chunk))) {
      heads.add(head);
      updates.add(new IndexUpdate.Delete(chunk, head.expiresAtMillis()));
    } else if (trashed != null && scope.trashed().test(trashed)) {
      trashedHeads.add(trashed.head());
      updates.add(new IndexUpdate.Erase(trashed));
    }
  }

  private void unlink() {
    heads.forEach(head -> totals.add(-head.lengthBytes(), -1));
    trashedHeads.forEach(head -> totals.addTrash(-head.lengthBytes(), -1));
    List<ChunkHead> all = new ArrayList<>(heads);
    all.addAll(trashedHeads);
    for (ChunkHead head : all) {
      try {
        if (head.fileSequence() != 0) {
          files.delete(head.chunk(), head.fileSequence());
        }
        deleted.add(head.chunk());
      } catch (IOException failure) {
        // The record is gone: the next start sweeps the file. But the disk fails, so say nothing of
        // the rest.
        finish(parts.guard().fence("deleting the file of chunk " + head.chunk(), failure));
        return;
      }
    }
    finish(null);
  }

  private void proceed(Stage next, Runnable step, @Nullable Throwable failure) {
    if (failure != null) {
      finish(failure);
      return;
    }
    moveTo(next);
    try {
      parts.pools().write().execute(step);
    } catch (RejectedExecutionException closed) {
      finish(closed);
    }
  }

  private void finish(@Nullable Throwable failure) {
    if (failure != null) {
      logger.warn(
          "volume {}: deleted {} of {} chunks",
          parts.guard().volume(),
          deleted.size(),
          chunks.size(),
          failure);
    }
    moveTo(Stage.DONE);
    answer.complete(List.copyOf(deleted));
  }

  private void moveTo(Stage next) {
    if (next.compareTo(stage) <= 0) {
      throw new IllegalStateException(
          "deletion: " + stage + " to " + next + " (expected: forward only)");
    }
    stage = next;
  }
}
