package io.shoal.storage.heartbeat;

import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.storage.volume.ChunkStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out what a leader orders. What fails is not answered: the leader orders it again. */
final class LeaderOrders {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderOrders.class);

  private LeaderOrders() {}

  /**
   * Deletes chunks.
   *
   * @return the chunks that are deleted for good (rule D2); never fails
   */
  static CompletableFuture<List<ChunkId>> delete(ChunkStore store, List<ChunkId> chunks) {
    return store
        .delete(chunks)
        .handle(
            (deleted, failure) -> {
              if (failure != null) {
                LOG.warn(
                    "Cannot delete {} chunks: {}",
                    chunks.size(),
                    ShoalException.of(failure).toString());
                return List.<ChunkId>of();
              }
              LOG.debug("Deleted {} of {} chunks", deleted.size(), chunks.size());
              return deleted;
            });
  }

  /** Notes that chunks are committed; never fails. */
  static CompletableFuture<Void> confirm(ChunkStore store, List<ChunkId> chunks) {
    return chunks.isEmpty()
        ? CompletableFuture.completedFuture(null)
        : quietly("confirm", store.confirm(chunks));
  }

  /** Takes chunks out of the trash that are committed; never fails. */
  static CompletableFuture<Void> takeBack(ChunkStore store, List<ChunkId> chunks) {
    if (chunks.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    LOG.warn("{} chunks in the trash are committed; they are taken back", chunks.size());
    return quietly("take back", store.trash().takeBack(chunks));
  }

  /** Leaves what failed to the next question about it. */
  static CompletableFuture<Void> quietly(String what, CompletableFuture<Void> done) {
    return done.exceptionally(
        failure -> {
          LOG.warn("Cannot {} chunks: {}", what, ShoalException.of(failure).toString());
          return null;
        });
  }
}
