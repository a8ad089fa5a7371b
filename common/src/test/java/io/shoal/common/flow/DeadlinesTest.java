package io.shoal.common.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.DirectExecutor;
import io.shoal.common.testing.FakeClock;
import io.shoal.common.time.Deadline;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
  private final FakeClock clock = new FakeClock();
  private final CompletableFuture<String> work = new CompletableFuture<>();
  private final CompletableFuture<String> result =
      Deadlines.enforce(
          work,
          Deadline.after(Duration.ofSeconds(5), clock),
          clock,
          DirectExecutor.INSTANCE,
          () -> "read /a");

  @Test
  void enforce_workEnds_callsTheTimerOff() {
    work.complete("x");
    assertThat(result).isCompletedWithValue("x");
    assertThat(clock.pendingTasks()).isZero();
  }

  @Test
  void enforce_workFails_failsAlike() {
    ShoalException failure = new ShoalException(ErrorCode.NOT_FOUND, "/a", "missing");
    work.completeExceptionally(failure);
    assertThat(Await.failure(result)).isSameAs(failure);
  }

  @Test
  void enforce_deadlinePasses_failsAndCancelsTheWork() {
    clock.advanceMillis(4_999);
    assertThat(result).isNotDone();
    clock.advanceMillis(1);
    assertThat(Await.failure(result))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED))
        .hasMessage("read /a: not done when the deadline passed");
    assertThat(work).isCancelled();
  }

  @Test
  void enforce_resultCancelled_cancelsTheWork() {
    result.cancel(false);
    assertThat(work).isCancelled();
    assertThat(clock.pendingTasks()).isZero();
  }

  @Test
  void enforce_workCancelled_cancelsTheResult() {
    work.cancel(false);
    assertThat(result).isCancelled();
  }

  @Test
  void forward_outerFails_leavesTheWorkAlone() {
    CompletableFuture<String> outer = new CompletableFuture<>();
    CompletableFuture<String> inner = new CompletableFuture<>();
    assertThat(Cancellation.forward(outer, inner)).isSameAs(outer);
    outer.completeExceptionally(new ShoalException(ErrorCode.NOT_FOUND, "/a", "missing"));
    assertThat(inner).isNotDone();
  }
}
