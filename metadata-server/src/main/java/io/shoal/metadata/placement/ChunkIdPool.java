package io.shoal.metadata.placement;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.shard.Shard;
import io.shoal.metadata.command.ClusterCommand.AllocateIds;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.consensus.CommandLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chunk ids that may be given out. Rule T2: a range is taken through the log before any of it is
 * used; the next one is taken while the last one still has a quarter. What is left at the end of a
 * term is never used. Belongs to a shard: every method is called there.
 */
final class ChunkIdPool {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkIdPool.class);

  /** Ids in a range; a command's worth of log serves so many chunks. */
  static final int RANGE_IDS = 16_384;

  private static final int LOW_WATER_IDS = RANGE_IDS / 4;

  /** Most requests that wait for a range. */
  static final int WAITER_LIMIT = 1_024;

  private static final int RETRY_AFTER_MILLIS = 100;

  private record Waiter(int count, CompletableFuture<List<ChunkId>> ids) {}

  private final CommandLog log;
  private final Shard shard;
  private final Deque<Reply.IdsAllocated> ranges = new ArrayDeque<>();
  private final Queue<Waiter> waiters = new ArrayDeque<>();
  private long available;

  /** Of the range that is being taken; null if none is. */
  private @Nullable CompletableFuture<Reply> refill;

  ChunkIdPool(CommandLog log, Shard shard) {
    this.log = log;
    this.shard = shard;
  }

  /** Begins a term: takes the first range ahead of need. */
  void begin() {
    refillIfLow();
  }

  /** Ends a term: forgets what is left, and fails who waits. */
  void end(ShoalException reason) {
    ranges.clear();
    available = 0;
    refill = null;
    failWaiters(reason);
  }

  /**
   * Takes ids.
   *
   * @return completes within the shard; fails with OVERLOADED if too many wait, or with what the
   *     log failed with
   */
  CompletableFuture<List<ChunkId>> take(int count) {
    shard.assertInShard();
    CompletableFuture<List<ChunkId>> ids = new CompletableFuture<>();
    if (waiters.isEmpty() && available >= count) {
      ids.complete(remove(count));
    } else if (waiters.size() >= WAITER_LIMIT) {
      ids.completeExceptionally(
          new ShoalException(
              ErrorCode.OVERLOADED,
              "",
              "requests waiting for chunk ids: "
                  + waiters.size()
                  + " (expected: < "
                  + WAITER_LIMIT
                  + ")",
              RETRY_AFTER_MILLIS,
              null));
    } else {
      waiters.add(new Waiter(count, ids));
    }
    refillIfLow();
    return ids;
  }

  private List<ChunkId> remove(int count) {
    List<ChunkId> ids = new ArrayList<>(count);
    while (ids.size() < count) {
      Reply.IdsAllocated range = ranges.removeFirst();
      int taken = Math.min(count - ids.size(), range.count());
      for (int i = 0; i < taken; i++) {
        ids.add(new ChunkId(range.first().value() + i));
      }
      if (taken < range.count()) {
        ChunkId next = new ChunkId(range.first().value() + taken);
        ranges.addFirst(new Reply.IdsAllocated(next, range.count() - taken));
      }
    }
    available -= count;
    return ids;
  }

  private void refillIfLow() {
    if (refill != null || (available >= LOW_WATER_IDS && waiters.isEmpty())) {
      return;
    }
    CompletableFuture<Reply> taken =
        log.submit(CommandEnvelope.internal(log.nowMillis(), new AllocateIds(RANGE_IDS)));
    refill = taken;
    var unused =
        taken.whenComplete(
            (reply, failure) -> shard.execute(() -> onRefilled(taken, reply, failure)));
  }

  private void onRefilled(
      CompletableFuture<Reply> taken, @Nullable Reply reply, @Nullable Throwable failure) {
    if (refill != taken) {
      return;
    }
    refill = null;
    if (reply instanceof Reply.IdsAllocated range) {
      ranges.addLast(range);
      available += range.count();
      serveWaiters();
      refillIfLow();
      return;
    }
    ShoalException reason =
        reply instanceof Reply.Failure refused
            ? refused.toException()
            : ShoalException.of(failure == null ? new IllegalStateException("" + reply) : failure);
    LOG.warn("No range of chunk ids could be taken: {}", reason.toString());
    failWaiters(reason);
  }

  private void serveWaiters() {
    while (!waiters.isEmpty() && waiters.element().count() <= available) {
      Waiter waiter = waiters.remove();
      waiter.ids().complete(remove(waiter.count()));
    }
  }

  private void failWaiters(ShoalException reason) {
    while (!waiters.isEmpty()) {
      waiters.remove().ids().completeExceptionally(reason);
    }
  }
}
