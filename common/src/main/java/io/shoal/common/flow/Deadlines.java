package io.shoal.common.flow;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.time.Deadline;
import io.shoal.common.time.Timer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Puts an end to waiting. */
public final class Deadlines {
  private Deadlines() {}

  /**
   * Follows a future until a deadline. When the deadline passes first, the result fails with {@link
   * ErrorCode#DEADLINE_EXCEEDED} and the work is cancelled; cancelling the result cancels the work,
   * too. The timer is called off when the work ends.
   *
   * @param executor completes the result when the deadline passes; otherwise the result completes
   *     on the thread that completes the work
   * @param what names the work in the message; asked only when the deadline passes
   */
  public static <T> CompletableFuture<T> enforce(
      CompletableFuture<T> work,
      Deadline deadline,
      Timer timer,
      Executor executor,
      Supplier<String> what) {
    if (work.isDone()) {
      return work;
    }
    CompletableFuture<T> result = new CompletableFuture<>();
    Timer.Scheduled alarm =
        timer.schedule(
            Duration.ofNanos(Math.max(0, deadline.remainingNanos())),
            executor,
            () -> {
              if (result.completeExceptionally(passed(what.get()))) {
                work.cancel(false);
              }
            });
    var unused =
        work.whenComplete(
            (value, failure) -> {
              alarm.cancel();
              if (work.isCancelled()) {
                result.cancel(false);
              } else if (failure != null) {
                result.completeExceptionally(failure);
              } else {
                result.complete(value);
              }
            });
    return Cancellation.forward(result, work);
  }

  private static ShoalException passed(String what) {
    return new ShoalException(
        ErrorCode.DEADLINE_EXCEEDED, "", what + ": not done when the deadline passed");
  }
}
