package io.shoal.storage.heartbeat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.proto.v1.ChunkVerdict;
import io.shoal.proto.v1.ChunkVerdicts;
import io.shoal.proto.v1.NodeReport;
import io.shoal.storage.chunk.ExpiredChunk;
import io.shoal.storage.chunk.TrashedChunk;
import io.shoal.storage.trash.UnknownChunks;
import io.shoal.storage.volume.ChunkStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the leader about chunks whose grants have run out, so that what was never committed is
 * deleted (rule G1), by way of the trash (rule G5). A round goes through all of them in pages, of
 * which one is under way at a time: first those that are not in the trash, then those that were in
 * it for long enough. These are asked about once more, so that nothing is erased which has become
 * known meanwhile. What the leader has not decided yet is left for the next round.
 *
 * <p>Belongs to the link's shard; one for each connection.
 */
final class GrantQuestions {
  private static final Logger LOG = LoggerFactory.getLogger(GrantQuestions.class);

  /** As {@code shoal.v1.ChunkQuestion} allows. */
  static final int PAGE_CHUNKS = 1_000;

  private enum Stage {
    /** Until the next round begins; then it */
    RESTING,
    /** asks about those that are not in the trash, then */
    UNCONFIRMED,
    /**
     * once more about some that the leader knew once, which count as unconfirmed if it does not,
     * then
     */
    AUDIT,
    /** about those that are to be erased. */
    TRASH
  }

  private final ChunkStore store;
  private final Membership membership;
  private final UnknownChunks unknown;
  private final Audit audit;
  private final Executor shard;
  private final Consumer<NodeReport> sender;

  private Stage stage = Stage.RESTING;

  private @Nullable ExpiredChunk lastExpired;
  private @Nullable TrashedChunk lastTrashed;

  /** Of the question that is under way: what is not in the trash. */
  private final Map<ChunkId, ExpiredChunk> expired = new HashMap<>();

  /** Of the question that is under way: what is in the trash. */
  private final Map<ChunkId, TrashedChunk> trashed = new HashMap<>();

  /**
   * Makes one.
   *
   * @param unknown does what follows from the answers
   * @param audit what the leader is asked about once more
   * @param shard runs what the store answers
   * @param sender sends to the leader, unless the connection is lost
   */
  GrantQuestions(
      ChunkStore store,
      Membership membership,
      UnknownChunks unknown,
      Audit audit,
      Executor shard,
      Consumer<NodeReport> sender) {
    this.store = store;
    this.membership = membership;
    this.unknown = unknown;
    this.audit = audit;
    this.shard = shard;
    this.sender = sender;
  }

  /** Begins a round, unless one is under way. */
  void begin() {
    if (stage == Stage.RESTING) {
      stage = Stage.UNCONFIRMED;
      lastExpired = null;
      lastTrashed = null;
      unknown.beginRound();
      askNextPage();
    }
  }

  private void askNextPage() {
    expired.clear();
    trashed.clear();
    long now = membership.logClockMillis();
    var unused =
        switch (stage) {
          case UNCONFIRMED ->
              store
                  .expiredUnconfirmed(now, lastExpired, PAGE_CHUNKS)
                  .whenCompleteAsync(this::foundExpired, shard);
          case AUDIT ->
              CompletableFuture.completedFuture(audit.take(now, PAGE_CHUNKS))
                  .whenCompleteAsync(this::foundAudited, shard);
          case TRASH, RESTING ->
              store
                  .trash()
                  .list(unknown.erasableBefore(now), lastTrashed, PAGE_CHUNKS)
                  .whenCompleteAsync(this::foundTrashed, shard);
        };
  }

  private void foundExpired(@Nullable List<ExpiredChunk> page, @Nullable Throwable failure) {
    if (page == null) {
      giveUp(failure);
    } else if (page.isEmpty()) {
      unknown.endRound(store);
      stage = Stage.AUDIT;
      askNextPage();
    } else {
      lastExpired = page.get(page.size() - 1);
      audit.leaveOut(page);
      page.forEach(found -> expired.put(found.chunk(), found));
      sender.accept(NodeReports.question(page));
    }
  }

  private void foundAudited(List<ExpiredChunk> page, @Nullable Throwable failure) {
    if (page.isEmpty()) {
      stage = Stage.TRASH;
      askNextPage();
    } else {
      page.forEach(found -> expired.put(found.chunk(), found));
      sender.accept(NodeReports.question(page));
    }
  }

  private void foundTrashed(@Nullable List<TrashedChunk> page, @Nullable Throwable failure) {
    if (page == null) {
      giveUp(failure);
    } else if (page.isEmpty()) {
      stage = Stage.RESTING;
    } else {
      lastTrashed = page.get(page.size() - 1);
      page.forEach(found -> trashed.put(found.chunk().chunk(), found));
      sender.accept(NodeReports.question(page.stream().map(TrashedChunk::chunk).toList()));
    }
  }

  private void giveUp(@Nullable Throwable failure) {
    LOG.warn(
        "Cannot look for expired grants: {}",
        failure == null ? "no answer" : ShoalException.of(failure).toString());
    stage = Stage.RESTING;
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
    if (stage == Stage.RESTING) {
      LOG.warn("Verdicts on {} chunks that were not asked about", verdicts.getChunkIdsCount());
      return;
    }
    List<ChunkId> keep = new ArrayList<>();
    List<ExpiredChunk> dispose = new ArrayList<>();
    List<TrashedChunk> erase = new ArrayList<>();
    for (int i = 0; i < verdicts.getChunkIdsCount(); i++) {
      ChunkId chunk = new ChunkId(verdicts.getChunkIds(i));
      ChunkVerdict verdict = verdicts.getVerdicts(i);
      // What was asked about, and nothing that was written under the same id since.
      ExpiredChunk askedExpired = expired.get(chunk);
      TrashedChunk askedTrashed = trashed.get(chunk);
      if (verdict == ChunkVerdict.CHUNK_VERDICT_KEEP) {
        keep.add(chunk);
      } else if (verdict == ChunkVerdict.CHUNK_VERDICT_DELETE && askedExpired != null) {
        dispose.add(askedExpired);
      } else if (verdict == ChunkVerdict.CHUNK_VERDICT_DELETE && askedTrashed != null) {
        erase.add(askedTrashed);
      }
    }
    LOG.debug(
        "{}: of {} chunks {} are known, {} unknown and not in the trash, {} unknown in it",
        stage,
        verdicts.getChunkIdsCount(),
        keep.size(),
        dispose.size(),
        erase.size());
    CompletableFuture<Void> done =
        switch (stage) {
          case UNCONFIRMED ->
              LeaderOrders.confirm(store, keep)
                  .thenComposeAsync(
                      confirmed ->
                          LeaderOrders.quietly(
                              "put into the trash",
                              unknown.dispose(store, dispose, membership.logClockMillis())),
                      shard);
          // The next round asks about them as about any other, so that the brake counts them (G5).
          case AUDIT -> forget(dispose);
          case TRASH, RESTING ->
              LeaderOrders.takeBack(store, keep)
                  .thenComposeAsync(
                      taken -> LeaderOrders.quietly("erase", unknown.erase(store, erase)), shard);
        };
    var unused = done.whenCompleteAsync((deleted, failure) -> askNextPage(), shard);
  }

  private CompletableFuture<Void> forget(List<ExpiredChunk> unknownNow) {
    if (unknownNow.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    List<ChunkId> asked = unknownNow.stream().map(ExpiredChunk::chunk).toList();
    return LeaderOrders.quietly(
        "unconfirm",
        store
            .unconfirm(asked)
            .thenAcceptAsync(
                // What was deleted by order meanwhile was not forgotten.
                found -> unknown.forgotten(store, found.size(), membership.logClockMillis()),
                shard));
  }
}
