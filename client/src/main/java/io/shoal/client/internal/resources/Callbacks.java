package io.shoal.client.internal.resources;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Brings results to where the users of the client want them. Thread-safe.
 *
 * @param executor may be a caller's own: slow, or ended
 */
public record Callbacks(Executor executor) {
  /** Runs a task there; on the calling thread if the executor has ended, for nothing is lost. */
  public void run(Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException ended) {
      task.run();
    }
  }

  /**
   * Follows a future of the client's own.
   *
   * @return completes there, with the same result; completing or cancelling it leaves the work
   *     alone
   */
  public <T> CompletableFuture<T> relay(CompletableFuture<T> work) {
    CompletableFuture<T> seen = new CompletableFuture<>();
    Listening.to(
        work,
        (result, failure) ->
            run(
                () -> {
                  if (failure == null) {
                    seen.complete(result);
                  } else {
                    seen.completeExceptionally(failure);
                  }
                }));
    return seen;
  }
}
