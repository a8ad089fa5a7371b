package io.shoal.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.FakeClock;
import io.shoal.common.testing.QueueExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class OperationsTest {
  private final QueueExecutor callbacks = new QueueExecutor();
  private final FakeClock clock = new FakeClock();
  private final Operations operations =
      new Operations(2, callbacks, new Operations.TimeLimit(Duration.ofSeconds(5), clock, clock));
  private final List<CompletableFuture<String>> started = new ArrayList<>();

  @Test
  void run_withinTheLimit_startsAtOnceAndCompletesOnTheCallbackExecutor() {
    CompletableFuture<String> result = operations.run(this::start);
    started.get(0).complete("done");
    assertThat(result).isNotDone();
    callbacks.runAll();
    assertThat(result).isCompletedWithValue("done");
    assertThat(operations.inFlight()).isZero();
  }

  @Test
  void run_beyondTheLimit_waitsForItsTurnThenIsRefused() {
    begin();
    begin();
    CompletableFuture<String> third = operations.run(this::start);
    begin();
    CompletableFuture<String> fifth = operations.run(this::start);
    callbacks.runAll();
    assertThat(Await.failure(fifth).code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(started).hasSize(2);
    started.get(0).complete("first");
    assertThat(started).hasSize(3);
    started.get(2).complete("third");
    callbacks.runAll();
    assertThat(third).isCompletedWithValue("third");
  }

  @Test
  void run_cancelled_cancelsWhatLiesBeneathAndFreesItsPlace() {
    CompletableFuture<String> result = operations.run(this::start);
    result.cancel(false);
    assertThat(started.get(0)).isCancelled();
    assertThat(operations.inFlight()).isZero();
  }

  @Test
  void run_takesTooLong_failsInTimeAndCancelsWhatLiesBeneath() {
    begin();
    CompletableFuture<String> second = operations.run(this::start);
    CompletableFuture<String> waiting = operations.run(this::start);
    clock.advanceMillis(4_999);
    callbacks.runAll();
    assertThat(second).isNotDone();
    clock.advanceMillis(1);
    callbacks.runAll();
    assertThat(Await.failure(second).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(Await.failure(second)).hasMessageContaining("5000 ms");
    assertThat(Await.failure(waiting).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(started).allMatch(CompletableFuture::isCancelled);
    assertThat(operations.inFlight()).isZero();
    assertThat(clock.pendingTasks()).isZero();
  }

  @Test
  void run_cancelledWhileItWaits_neverStarts() {
    begin();
    begin();
    CompletableFuture<String> waiting = operations.run(this::start);
    waiting.cancel(false);
    started.get(0).complete("first");
    assertThat(started).hasSize(2);
    assertThat(operations.inFlight()).isEqualTo(1);
  }

  @Test
  void run_operationThrows_fails() {
    ShoalException thrown = new ShoalException(ErrorCode.INVALID_ARGUMENT, "x", "bad");
    CompletableFuture<String> result =
        operations.run(
            () -> {
              throw thrown;
            });
    callbacks.runAll();
    assertThat(Await.failure(result)).isSameAs(thrown);
    assertThat(operations.inFlight()).isZero();
  }

  @Test
  void run_operationFailsUnexpectedly_internalError() {
    CompletableFuture<String> result = operations.run(this::start);
    started.get(0).completeExceptionally(new IllegalStateException("oops"));
    callbacks.runAll();
    assertThat(Await.failure(result).code()).isEqualTo(ErrorCode.INTERNAL);
  }

  @Test
  void run_callbackExecutorEnded_completesAllTheSame() {
    CompletableFuture<String> result = operations.run(this::start);
    callbacks.end();
    started.get(0).complete("done");
    assertThat(result).isCompletedWithValue("done");
  }

  @Test
  void close_whatWaitsAndComes_cancelled() {
    begin();
    begin();
    CompletableFuture<String> waiting = operations.run(this::start);
    operations.close();
    CompletableFuture<String> later = operations.run(this::start);
    callbacks.runAll();
    assertThat(Await.failure(waiting).code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(Await.failure(later).code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(started).hasSize(2);
  }

  /** Begins an operation whose result is of no interest. */
  private void begin() {
    var unused = operations.run(this::start);
  }

  private CompletableFuture<String> start() {
    CompletableFuture<String> work = new CompletableFuture<>();
    started.add(work);
    return work;
  }
}
