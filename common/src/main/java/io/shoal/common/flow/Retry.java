package io.shoal.common.flow;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.time.Deadline;
import io.shoal.common.time.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/**
 * Runs an operation again when it failed in a way that may pass, until it succeeds or a deadline
 * passes. Immutable and thread-safe; one serves many operations.
 *
 * <p><b>Waiting.</b> Between two attempts lies what the {@link Backoff} draws, on top of {@link
 * ShoalException#retryAfterMillis()}. If the wait would not end before the deadline, there is none:
 * the operation fails at once.
 *
 * <p><b>Failure.</b> The result fails with the last error: its code and subject, and how many
 * attempts were made if that was more than one. When the deadline passes while an attempt is under
 * way, that attempt is cancelled and the result fails with {@link ErrorCode#DEADLINE_EXCEEDED},
 * whose message tells the error before. What is not a {@code ShoalException} becomes {@link
 * ErrorCode#INTERNAL} and is not repeated.
 *
 * <p><b>Threads.</b> The first attempt starts on the caller's thread, the others on the executor;
 * the result completes on the executor (on the thread that ended the attempt if the executor has
 * ended).
 *
 * <p><b>Cancellation.</b> Cancelling the result cancels the attempt under way, or the wait.
 */
public final class Retry {
  /** Starts one attempt. What it throws counts as the failure of the attempt. */
  @FunctionalInterface
  public interface Attempt<T> {
    /**
     * Starts.
     *
     * @param number 1 for the first attempt
     * @return cancelled when nobody waits for it any more
     */
    CompletableFuture<T> start(int number);
  }

  private final Timer timer;
  private final Executor executor;
  private final Backoff backoff;

  /**
   * Makes one.
   *
   * @param executor starts later attempts and completes results
   */
  public Retry(Timer timer, Executor executor, Backoff backoff) {
    this.timer = timer;
    this.executor = executor;
    this.backoff = backoff;
  }

  /**
   * Repeats whatever is {@linkplain ShoalException#retryable() retryable}.
   *
   * @param what names the operation in messages, for example {@code stat /a/b}
   */
  public <T> CompletableFuture<T> run(String what, Deadline deadline, Attempt<T> attempt) {
    return run(what, deadline, ShoalException::retryable, attempt);
  }

  /**
   * Repeats what a predicate allows.
   *
   * @param what names the operation in messages
   * @param repeatable decides, for every error, whether to try again
   */
  public <T> CompletableFuture<T> run(
      String what, Deadline deadline, Predicate<ShoalException> repeatable, Attempt<T> attempt) {
    RetryRun<T> run = new RetryRun<>(this, what, deadline, repeatable, attempt);
    run.start();
    return run.result();
  }

  Timer timer() {
    return timer;
  }

  Executor executor() {
    return executor;
  }

  Backoff backoff() {
    return backoff;
  }
}
