package io.shoal.common.flow;

import io.shoal.common.error.ShoalException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Waits for several futures together. */
public final class Joins {
  private Joins() {}

  /**
   * Waits for all, or for the first failure: then the others are cancelled. Cancelling the result
   * cancels all of them. The result completes on the thread that completes the deciding part.
   *
   * <p>A part that completes with something to be released, such as a {@link Permit}, must release
   * it by itself if the whole fails.
   *
   * @return the results in the order of the parts; fails with the {@link ShoalException} of the
   *     part that failed first, or is cancelled if that was
   */
  public static <T> CompletableFuture<List<T>> allOrFirstFailure(
      List<? extends CompletableFuture<? extends T>> parts) {
    CompletableFuture<List<T>> whole = new CompletableFuture<>();
    List<? extends CompletableFuture<? extends T>> copy = List.copyOf(parts);
    for (CompletableFuture<? extends T> part : copy) {
      var unused =
          part.whenComplete(
              (result, failure) -> {
                if (part.isCancelled()) {
                  whole.cancel(false);
                } else if (failure != null) {
                  whole.completeExceptionally(ShoalException.of(failure));
                }
              });
    }
    var unusedJoin =
        CompletableFuture.allOf(copy.toArray(CompletableFuture[]::new))
            .whenComplete(
                (ignored, failure) -> {
                  if (failure == null) {
                    whole.complete(results(copy));
                  }
                });
    var unusedEnd =
        whole.whenComplete(
            (results, failure) -> {
              if (failure != null) {
                copy.forEach(part -> part.cancel(false));
              }
            });
    return whole;
  }

  private static <T> List<T> results(List<? extends CompletableFuture<? extends T>> parts) {
    List<T> results = new ArrayList<>(parts.size());
    parts.forEach(part -> results.add(part.join()));
    return results;
  }
}
