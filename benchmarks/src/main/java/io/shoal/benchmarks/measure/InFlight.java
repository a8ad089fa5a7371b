package io.shoal.benchmarks.measure;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;

/** Keeps a number of operations in flight until all are done. */
public final class InFlight {
  private InFlight() {}

  /**
   * Runs operations 0 to {@code count - 1} with at most {@code limit} in flight.
   *
   * @return their latencies
   */
  public static <T> Latencies run(int count, int limit, IntFunction<CompletableFuture<T>> operation)
      throws InterruptedException {
    Latencies latencies = new Latencies(count);
    Semaphore room = new Semaphore(limit);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    for (int i = 0; i < count && failure.get() == null; i++) {
      room.acquire();
      long begin = System.nanoTime();
      var unused =
          operation
              .apply(i)
              .whenComplete(
                  (value, thrown) -> {
                    latencies.add(System.nanoTime() - begin);
                    if (thrown != null) {
                      failure.compareAndSet(null, thrown);
                    }
                    room.release();
                  });
    }
    room.acquire(limit);
    if (failure.get() != null) {
      throw new IllegalStateException("an operation of the workload failed", failure.get());
    }
    return latencies;
  }
}
