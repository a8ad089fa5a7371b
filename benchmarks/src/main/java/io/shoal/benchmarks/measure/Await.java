package io.shoal.benchmarks.measure;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Lets the main thread wait. */
public final class Await {
  private Await() {}

  /** Returns what a future completes with. */
  public static <T> T value(CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("an operation of the workload failed", e.getCause());
    }
  }

  /** Returns when all have completed; fails with the first failure. */
  public static void all(List<? extends CompletableFuture<?>> futures) throws InterruptedException {
    for (CompletableFuture<?> future : futures) {
      value(future);
    }
  }
}
