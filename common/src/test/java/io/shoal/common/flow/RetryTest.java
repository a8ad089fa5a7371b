package io.shoal.common.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.FakeClock;
import io.shoal.common.testing.QueueExecutor;
import io.shoal.common.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RetryTest {
  private static final Duration MAX_BACKOFF = Duration.ofMillis(100);

  private final FakeClock clock = new FakeClock();
  private final QueueExecutor executor = new QueueExecutor();
  private final Retry retry =
      new Retry(clock, executor, new Backoff(MAX_BACKOFF, MAX_BACKOFF, new SplittableRandom(1)));
  private final Deadline deadline = Deadline.after(Duration.ofSeconds(10), clock);

  /** The attempts that were started, for the test to end them. */
  private final List<CompletableFuture<String>> attempts = new ArrayList<>();

  @AfterEach
  void nothingIsLeft() {
    assertThat(clock.pendingTasks()).as("timers that were not called off").isZero();
  }

  @Test
  void run_firstAttemptSucceeds_isDone() {
    CompletableFuture<String> result = start();
    attempts.get(0).complete("x");
    assertThat(result).as("completes on the executor").isNotDone();
    executor.runAll();
    assertThat(result).isCompletedWithValue("x");
  }

  @Test
  void run_failsForATime_isRepeatedAfterAWait() {
    CompletableFuture<String> result = start();
    fail(0, error(ErrorCode.UNAVAILABLE));
    assertThat(attempts).hasSize(1);
    pass(MAX_BACKOFF);
    assertThat(attempts).hasSize(2);
    fail(1, new CompletionException(error(ErrorCode.NOT_LEADER)));
    pass(MAX_BACKOFF);
    attempts.get(2).complete("y");
    executor.runAll();
    assertThat(result).isCompletedWithValue("y");
  }

  @Test
  void run_serverNamesAWait_isHonoured() {
    CompletableFuture<String> result = start();
    fail(0, new ShoalException(ErrorCode.OVERLOADED, "n", "full", 3_000, null));
    pass(Duration.ofMillis(2_999));
    assertThat(attempts).hasSize(1);
    pass(Duration.ofMillis(1).plus(MAX_BACKOFF));
    assertThat(attempts).hasSize(2);
    attempts.get(1).complete("z");
    executor.runAll();
    assertThat(result).isCompletedWithValue("z");
  }

  @Test
  void run_finalError_isReturnedAsItIs() {
    CompletableFuture<String> result = start();
    ShoalException missing = error(ErrorCode.NOT_FOUND);
    fail(0, missing);
    assertThat(Await.failure(result)).isSameAs(missing);
  }

  @Test
  void run_predicate_decidesWhatIsRepeated() {
    CompletableFuture<String> result =
        retry.run("op", deadline, error -> error.code() == ErrorCode.NOT_FOUND, this::attempt);
    fail(0, error(ErrorCode.NOT_FOUND));
    pass(MAX_BACKOFF);
    fail(1, error(ErrorCode.UNAVAILABLE));
    assertThat(Await.failure(result))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
        .hasMessage("because (op: failed in attempt 2)");
  }

  @Test
  void run_attemptThrows_countsAsItsFailure() {
    CompletableFuture<String> result =
        retry.run(
            "op",
            deadline,
            number -> {
              throw new IllegalStateException("broken");
            });
    executor.runAll();
    assertThat(Await.failure(result).code()).isEqualTo(ErrorCode.INTERNAL);
  }

  @Test
  void run_deadlineNearerThanTheWait_givesUpAtOnceWithTheLastError() {
    CompletableFuture<String> result = start();
    fail(0, new ShoalException(ErrorCode.OVERLOADED, "n", "full", 11_000, null));
    ShoalException failure = Await.failure(result);
    assertThat(failure.code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(failure.subject()).isEqualTo("n");
    assertThat(failure.retryAfterMillis()).isEqualTo(11_000);
    assertThat(failure).hasMessage("full (op: given up after attempt 1: the deadline is too near)");
  }

  @Test
  void run_attemptHangs_isCancelledAtTheDeadline() {
    CompletableFuture<String> result = start();
    fail(0, error(ErrorCode.UNAVAILABLE));
    pass(MAX_BACKOFF);
    pass(Duration.ofSeconds(10));
    assertThat(Await.failure(result))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED))
        .hasMessage(
            "op: attempt 2 was not done when the deadline passed; the error before: UNAVAILABLE: s:"
                + " because");
    assertThat(attempts.get(1)).isCancelled();
  }

  @Test
  void cancel_attemptUnderWay_isForwarded() {
    CompletableFuture<String> result = start();
    result.cancel(false);
    executor.runAll();
    assertThat(attempts.get(0)).isCancelled();
  }

  @Test
  void cancel_waiting_startsNothingMore() {
    CompletableFuture<String> result = start();
    fail(0, error(ErrorCode.UNAVAILABLE));
    result.cancel(false);
    assertThat(clock.pendingTasks()).isZero();
    pass(Duration.ofSeconds(20));
    assertThat(attempts).hasSize(1);
  }

  @Test
  void cancel_timeHasPassedButAttemptNotStarted_startsNothingMore() {
    CompletableFuture<String> result = start();
    fail(0, error(ErrorCode.UNAVAILABLE));
    clock.advance(MAX_BACKOFF);
    result.cancel(false);
    executor.runAll();
    assertThat(attempts).hasSize(1);
  }

  @Test
  void run_attemptIsCancelledByItself_cancelsTheResult() {
    CompletableFuture<String> result = start();
    attempts.get(0).cancel(false);
    executor.runAll();
    assertThat(result).isCancelled();
  }

  @Test
  void run_executorEnded_completesAllTheSame() {
    CompletableFuture<String> result = start();
    executor.end();
    attempts.get(0).complete("x");
    assertThat(result).isCompletedWithValue("x");
  }

  private CompletableFuture<String> start() {
    return retry.run("op", deadline, this::attempt);
  }

  private CompletableFuture<String> attempt(int number) {
    assertThat(number).isEqualTo(attempts.size() + 1);
    CompletableFuture<String> attempt = new CompletableFuture<>();
    attempts.add(attempt);
    return attempt;
  }

  private void fail(int attempt, Throwable failure) {
    attempts.get(attempt).completeExceptionally(failure);
    executor.runAll();
  }

  private void pass(Duration time) {
    clock.advance(time);
    executor.runAll();
  }

  private static ShoalException error(ErrorCode code) {
    return new ShoalException(code, "s", "because");
  }
}
