package io.shoal.storage.heartbeat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.proto.v1.ChunkVerdict;
import io.shoal.proto.v1.ChunkVerdicts;
import io.shoal.proto.v1.NodeReport;
import io.shoal.storage.chunk.ExpiredChunk;
import io.shoal.storage.volume.ChunkStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the leader about chunks whose grants have run out, so that what was never committed is
 * deleted (rule G1). A round goes through all of them in pages, of which one is under way at a
 * time; what the leader has not decided yet is left for the next round.
 *
 * <p>Belongs to the link's shard; one for each connection.
 */
final class GrantQuestions {
  private static final Logger LOG = LoggerFactory.getLogger(GrantQuestions.class);

  /** As {@code shoal.v1.ChunkQuestion} allows. */
  static final int PAGE_CHUNKS = 1_000;

  private final ChunkStore store;
  private final Membership membership;
  private final Executor shard;
  private final Consumer<NodeReport> sender;

  /** Whether a round is under way. */
  private boolean asking;

  private @Nullable ExpiredChunk last;

  /** Of the question that is under way: chunks, and until when their grants ran. */
  private final Map<ChunkId, Long> asked = new HashMap<>();

  /**
   * Makes one.
   *
   * @param shard runs what the store answers
   * @param sender sends to the leader, unless the connection is lost
   */
  GrantQuestions(
      ChunkStore store, Membership membership, Executor shard, Consumer<NodeReport> sender) {
    this.store = store;
    this.membership = membership;
    this.shard = shard;
    this.sender = sender;
  }

  /** Begins a round, unless one is under way. */
  void begin() {
    if (!asking) {
      asking = true;
      last = null;
      askNextPage();
    }
  }

  private void askNextPage() {
    var unused =
        store
            .expiredUnconfirmed(membership.logClockMillis(), last, PAGE_CHUNKS)
            .whenCompleteAsync(this::found, shard);
  }

  private void found(@Nullable List<ExpiredChunk> page, @Nullable Throwable failure) {
    if (page == null || page.isEmpty()) {
      if (failure != null) {
        LOG.warn("Cannot look for expired grants: {}", ShoalException.of(failure).toString());
      }
      asking = false;
      return;
    }
    last = page.get(page.size() - 1);
    asked.clear();
    page.forEach(expired -> asked.put(expired.chunk(), expired.expiresAtMillis()));
    sender.accept(NodeReports.question(page));
  }

  /**
   * Takes the answer to the question that is under way.
   *
   * @throws ShoalException {@code INVALID_ARGUMENT} if it is malformed
   */
  void answered(ChunkVerdicts verdicts) {
    if (verdicts.getChunkIdsCount() != verdicts.getVerdictsCount()) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          "",
          "verdicts: %d for %d chunks (expected: as many)"
              .formatted(verdicts.getVerdictsCount(), verdicts.getChunkIdsCount()));
    }
    List<ChunkId> keep = new ArrayList<>();
    List<ExpiredChunk> delete = new ArrayList<>();
    for (int i = 0; i < verdicts.getChunkIdsCount(); i++) {
      ChunkId chunk = new ChunkId(verdicts.getChunkIds(i));
      ChunkVerdict verdict = verdicts.getVerdicts(i);
      if (verdict == ChunkVerdict.CHUNK_VERDICT_KEEP) {
        keep.add(chunk);
      } else if (verdict == ChunkVerdict.CHUNK_VERDICT_DELETE) {
        // What was asked about, and nothing that was written under the same id since.
        Long expiry = asked.get(chunk);
        if (expiry != null) {
          delete.add(new ExpiredChunk(expiry, chunk));
        }
      }
    }
    if (!delete.isEmpty()) {
      LOG.info("Deleting {} chunks that were never committed", delete.size());
    }
    var unused =
        LeaderOrders.confirm(store, keep)
            .thenCompose(confirmed -> LeaderOrders.deleteExpired(store, delete))
            .whenCompleteAsync((deleted, failure) -> askNextPage(), shard);
  }
}
