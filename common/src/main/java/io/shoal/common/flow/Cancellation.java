package io.shoal.common.flow;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * Carries cancellation towards the work beneath. {@link CompletableFuture} does not: cancelling a
 * dependent stage leaves the stage that it depends on running.
 */
public final class Cancellation {
  private Cancellation() {}

  /**
   * Cancels {@code work} when {@code outer} is cancelled. Without effect if either is done before.
   *
   * @return {@code outer}
   */
  public static <T> CompletableFuture<T> forward(CompletableFuture<T> outer, Future<?> work) {
    var unused =
        outer.whenComplete(
            (result, failure) -> {
              if (outer.isCancelled()) {
                work.cancel(false);
              }
            });
    return outer;
  }
}
