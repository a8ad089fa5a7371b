package io.shoal.common.flow;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.time.Deadline;
import io.shoal.common.time.Timer;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One operation under {@link Retry}. {@link #result} decides: whoever completes it first, an
 * attempt, the deadline or the caller, ends the run. Only one of attempt and wait exists at a time;
 * {@code this} guards which.
 */
final class RetryRun<T> {
  private final Retry retry;
  private final String what;
  private final Deadline deadline;
  private final Predicate<ShoalException> repeatable;
  private final Retry.Attempt<T> attempt;
  private final CompletableFuture<T> result = new CompletableFuture<>();

  private int attempts;
  private @Nullable CompletableFuture<T> underWay;
  private Timer.@Nullable Scheduled wait;
  private Timer.@Nullable Scheduled alarm;
  private @Nullable ShoalException lastError;

  RetryRun(
      Retry retry,
      String what,
      Deadline deadline,
      Predicate<ShoalException> repeatable,
      Retry.Attempt<T> attempt) {
    this.retry = retry;
    this.what = what;
    this.deadline = deadline;
    this.repeatable = repeatable;
    this.attempt = attempt;
  }

  CompletableFuture<T> result() {
    return result;
  }

  void start() {
    var unused = result.whenComplete((value, failure) -> callOff());
    startAttempt();
    if (!result.isDone()) {
      setAlarm(schedule(remaining(), this::onDeadline));
    }
  }

  private void startAttempt() {
    if (result.isDone()) {
      return;
    }
    int number;
    synchronized (this) {
      attempts++;
      number = attempts;
      wait = null;
    }
    CompletableFuture<T> started = startSafely(number);
    synchronized (this) {
      underWay = started;
    }
    if (result.isDone()) {
      started.cancel(false);
    }
    var unused =
        started.whenComplete(
            (value, failure) ->
                Handover.run(retry.executor(), () -> onEnd(started, value, failure)));
  }

  private CompletableFuture<T> startSafely(int number) {
    try {
      return attempt.start(number);
    } catch (RuntimeException thrown) {
      return CompletableFuture.failedFuture(thrown);
    }
  }

  private void onEnd(CompletableFuture<T> ended, @Nullable T value, @Nullable Throwable failure) {
    if (failure == null) {
      completeWith(value);
    } else if (ended.isCancelled() || failure instanceof CancellationException) {
      result.cancel(false);
    } else {
      onFailure(ShoalException.of(failure));
    }
  }

  @SuppressWarnings("NullAway") // An attempt may well have the result null, if its type says so.
  private void completeWith(@Nullable T value) {
    result.complete(value);
  }

  private void onFailure(ShoalException error) {
    int made;
    synchronized (this) {
      lastError = error;
      underWay = null;
      made = attempts;
    }
    if (!repeatable.test(error)) {
      result.completeExceptionally(made == 1 ? error : told(error, "failed in attempt " + made));
      return;
    }
    Duration pause = retry.backoff().next(made).plusMillis(error.retryAfterMillis());
    if (pause.compareTo(remaining()) >= 0) {
      result.completeExceptionally(
          told(error, "given up after attempt " + made + ": the deadline is too near"));
      return;
    }
    setWait(schedule(pause, this::startAttempt));
  }

  private void onDeadline() {
    int made;
    ShoalException before;
    synchronized (this) {
      made = attempts;
      before = lastError;
    }
    String message = what + ": attempt " + made + " was not done when the deadline passed";
    result.completeExceptionally(
        before == null
            ? new ShoalException(ErrorCode.DEADLINE_EXCEEDED, "", message)
            : new ShoalException(
                ErrorCode.DEADLINE_EXCEEDED,
                "",
                message + "; the error before: " + before,
                before));
  }

  private ShoalException told(ShoalException error, String circumstances) {
    return new ShoalException(
        error.code(),
        error.subject(),
        error.getMessage() + " (" + what + ": " + circumstances + ")",
        error.retryAfterMillis(),
        error);
  }

  private Duration remaining() {
    return Duration.ofNanos(Math.max(0, deadline.remainingNanos()));
  }

  private Timer.@Nullable Scheduled schedule(Duration delay, Runnable task) {
    try {
      return retry.timer().schedule(delay, retry.executor(), task);
    } catch (ShoalException timerClosed) {
      result.completeExceptionally(timerClosed);
      return null;
    }
  }

  private void setWait(Timer.@Nullable Scheduled scheduled) {
    synchronized (this) {
      wait = scheduled;
    }
    if (result.isDone()) {
      callOff();
    }
  }

  private void setAlarm(Timer.@Nullable Scheduled scheduled) {
    synchronized (this) {
      alarm = scheduled;
    }
    if (result.isDone()) {
      callOff();
    }
  }

  /** Ends whatever is still to come; the result is decided. */
  private void callOff() {
    CompletableFuture<T> attemptUnderWay;
    synchronized (this) {
      attemptUnderWay = underWay;
      if (wait != null) {
        wait.cancel();
      }
      if (alarm != null) {
        alarm.cancel();
      }
    }
    if (attemptUnderWay != null) {
      attemptUnderWay.cancel(false);
    }
  }
}
