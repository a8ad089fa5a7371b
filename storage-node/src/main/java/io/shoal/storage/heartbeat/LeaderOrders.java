package io.shoal.storage.heartbeat;

import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.storage.chunk.ExpiredChunk;
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

  /** Deletes chunks that nobody committed; never fails. */
  static CompletableFuture<Void> deleteExpired(ChunkStore store, List<ExpiredChunk> chunks) {
    return quietly("delete", chunks.size(), store.deleteExpired(chunks));
  }

  /** Notes that chunks are committed; never fails. */
  static CompletableFuture<Void> confirm(ChunkStore store, List<ChunkId> chunks) {
    return quietly("confirm", chunks.size(), store.confirm(chunks));
  }

  /** Leaves what failed to the next question about it. */
  private static CompletableFuture<Void> quietly(
      String what, int count, CompletableFuture<Void> done) {
    return done.exceptionally(
        failure -> {
          LOG.warn("Cannot {} {} chunks: {}", what, count, ShoalException.of(failure).toString());
          return null;
        });
  }
}
