package io.shoal.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Lets the main thread wait. */
final class Await {
  private Await() {}

  /** Returns what a future completes with. */
  static <T> T value(CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("an operation of the workload failed", e.getCause());
    }
  }
}
