package io.shoal.common.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.DirectExecutor;
import io.shoal.common.testing.QueueExecutor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SystemTimerTest {
  private final SystemTimer timer = new SystemTimer();

  @AfterEach
  void close() {
    timer.close();
  }

  @Test
  void schedule_delayPasses_handsTheTaskToTheExecutor() {
    QueueExecutor executor = new QueueExecutor();
    CompletableFuture<Void> ran = new CompletableFuture<>();
    long start = System.nanoTime();
    timer.schedule(Duration.ofMillis(20), executor, () -> ran.complete(null));
    Await.until("handed over", () -> executor.size() == 1);
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20_000_000);
    assertThat(ran).isNotDone();
    executor.runAll();
    assertThat(ran).isDone();
  }

  @Test
  void schedule_shorterDelayLater_runsFirst() {
    List<String> order = new CopyOnWriteArrayList<>();
    CompletableFuture<Void> ran = new CompletableFuture<>();
    timer.schedule(
        Duration.ofMillis(500),
        DirectExecutor.INSTANCE,
        () -> {
          order.add("b");
          ran.complete(null);
        });
    timer.schedule(Duration.ofMillis(5), DirectExecutor.INSTANCE, () -> order.add("a"));
    Await.result(ran);
    assertThat(order).containsExactly("a", "b");
  }

  @Test
  void cancel_inTime_callsTheTaskOff() {
    List<String> order = new CopyOnWriteArrayList<>();
    CompletableFuture<Void> later = new CompletableFuture<>();
    Timer.Scheduled first =
        timer.schedule(Duration.ofMillis(500), DirectExecutor.INSTANCE, () -> order.add("x"));
    timer.schedule(Duration.ofMillis(501), DirectExecutor.INSTANCE, () -> later.complete(null));
    first.cancel();
    Await.result(later);
    assertThat(order).isEmpty();
  }

  @Test
  void schedule_executorEndedOrTaskThrows_leavesTheTimerAlive() {
    QueueExecutor ended = new QueueExecutor();
    ended.end();
    timer.schedule(Duration.ZERO, ended, () -> {});
    timer.schedule(
        Duration.ofSeconds(-1),
        DirectExecutor.INSTANCE,
        () -> {
          throw new IllegalStateException("on purpose");
        });
    CompletableFuture<Void> ran = new CompletableFuture<>();
    timer.schedule(Duration.ofMillis(1), DirectExecutor.INSTANCE, () -> ran.complete(null));
    Await.result(ran);
  }

  @Test
  void schedule_veryLongDelay_isCut() {
    timer.schedule(Duration.ofSeconds(Long.MAX_VALUE), DirectExecutor.INSTANCE, () -> {}).cancel();
  }

  @Test
  void schedule_closed_isRefused() {
    timer.close();
    assertThatThrownBy(() -> timer.schedule(Duration.ZERO, DirectExecutor.INSTANCE, () -> {}))
        .isInstanceOfSatisfying(
            ShoalException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
  }
}
