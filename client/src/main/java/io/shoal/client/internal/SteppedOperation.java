package io.shoal.client.internal;

import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Cancellation;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * An operation of several calls, one after another. Steps happen one at a time, on whichever thread
 * ends the call before; cancelling the result cancels the call that is under way.
 */
abstract class SteppedOperation<T> {
  private final CompletableFuture<T> result = new CompletableFuture<>();

  final CompletableFuture<T> result() {
    return result;
  }

  /**
   * Goes on when a call is answered; its failure, or what the next step throws, ends the operation.
   */
  final <R> void then(CompletableFuture<R> call, Consumer<R> next) {
    var unused = Cancellation.forward(result, call);
    Listening.to(
        call,
        (reply, failure) -> {
          if (result.isDone()) {
            return;
          }
          if (failure != null) {
            onFailure(ShoalException.of(failure));
            return;
          }
          try {
            next.accept(reply);
          } catch (RuntimeException thrown) {
            onFailure(ShoalException.of(thrown));
          }
        });
  }

  final void finish(T value) {
    result.complete(value);
  }

  /** Ends the operation, unless a subclass knows a way on. */
  void onFailure(ShoalException failure) {
    result.completeExceptionally(failure);
  }
}
