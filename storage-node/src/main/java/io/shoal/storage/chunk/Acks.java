package io.shoal.storage.chunk;

import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Those who wait until everything of a chunk is durable that there was when they asked. Each holds
 * a permit, which bounds how many there are. One owner at a time.
 */
final class Acks {
  private record Waiter(CompletableFuture<DurableLength> answer, Permit permit) {}

  private final List<Waiter> waiters = new ArrayList<>();

  /**
   * Adds somebody who waits.
   *
   * @param permit takes: released before the answer
   */
  void add(CompletableFuture<DurableLength> answer, Permit permit) {
    waiters.add(new Waiter(answer, permit));
  }

  boolean isEmpty() {
    return waiters.isEmpty();
  }

  /**
   * Answers all, unless the volume was fenced meanwhile: nothing is acknowledged then (rule D3).
   */
  void answer(VolumeGuard guard, DurableLength reached) {
    for (Waiter waiter : waiters) {
      try {
        guard.checkWritable();
      } catch (ShoalException fenced) {
        fail(waiter, fenced);
        continue;
      }
      waiter.permit.release();
      waiter.answer.complete(reached);
    }
  }

  /** Tells all that it can't be had. */
  void fail(ShoalException reason) {
    waiters.forEach(waiter -> fail(waiter, reason));
  }

  private static void fail(Waiter waiter, ShoalException reason) {
    waiter.permit.release();
    waiter.answer.completeExceptionally(reason);
  }
}
