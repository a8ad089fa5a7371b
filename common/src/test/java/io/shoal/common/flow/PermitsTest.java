package io.shoal.common.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.DirectExecutor;
import io.shoal.common.testing.QueueExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PermitsTest {
  private final QueueExecutor executor = new QueueExecutor();
  private final Permits permits = new Permits("test", new Permits.Limits(3, 100, 2), executor);

  @Test
  void acquire_room_isGrantedAtOnce() {
    Permit permit = granted(permits.acquire(60));
    assertThat(permit.bytes()).isEqualTo(60);
    assertThat(permits.heldCount()).isEqualTo(1);
    assertThat(permits.heldBytes()).isEqualTo(60);
    assertThat(executor.size()).isZero();
  }

  @Test
  void acquire_noBytesLeft_waitsAndIsGrantedOnTheExecutor() {
    Permit first = granted(permits.acquire(60));
    CompletableFuture<Permit> second = permits.acquire(50);
    assertThat(second).isNotDone();
    assertThat(permits.waiting()).isEqualTo(1);

    first.release();
    assertThat(second).isNotDone();
    executor.runAll();
    assertThat(granted(second).bytes()).isEqualTo(50);
    assertThat(permits.heldBytes()).isEqualTo(50);
  }

  @Test
  void acquire_noCountLeft_waits() {
    Permit first = granted(permits.acquire(0));
    granted(permits.acquire(0));
    granted(permits.acquire(0));
    CompletableFuture<Permit> fourth = permits.acquire(0);
    assertThat(fourth).isNotDone();
    first.release();
    executor.runAll();
    granted(fourth);
  }

  @Test
  void acquire_smallBehindALargeWaiter_doesNotOvertake() {
    Permit first = granted(permits.acquire(60));
    CompletableFuture<Permit> large = permits.acquire(50);
    CompletableFuture<Permit> small = permits.acquire(1);
    assertThat(small).isNotDone();
    assertThat(permits.tryAcquire(1)).isNull();

    first.release();
    executor.runAll();
    granted(large);
    granted(small);
  }

  @Test
  void acquire_queueFull_isRefused() {
    granted(permits.acquire(100));
    CompletableFuture<Permit> first = permits.acquire(1);
    CompletableFuture<Permit> second = permits.acquire(1);
    assertThat(second).isNotDone();
    assertThat(Await.failure(permits.acquire(1)))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED))
        .hasMessage("requests waiting: 2 (expected: < 2)");

    first.cancel(false);
    assertThat(permits.acquire(1)).isNotDone();
  }

  @Test
  void acquire_moreThanTheBudget_isGrantedAlone() {
    Permit small = granted(permits.acquire(1));
    CompletableFuture<Permit> huge = permits.acquire(1_000);
    assertThat(huge).isNotDone();
    small.release();
    executor.runAll();
    Permit held = granted(huge);
    assertThat(held.bytes()).isEqualTo(1_000);
    assertThat(permits.heldBytes()).isEqualTo(100);
    assertThat(permits.tryAcquire(1)).isNull();

    held.release(899);
    assertThat(permits.tryAcquire(1)).as("101 bytes are left").isNull();
    held.release(51);
    assertThat(permits.heldBytes()).isEqualTo(50);
    held.release();
    assertThat(permits.heldBytes()).isZero();
  }

  @Test
  void acquire_negative_isRefused() {
    assertThatThrownBy(() -> permits.acquire(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> permits.tryAcquire(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void release_twice_countsOnce() {
    Permit first = granted(permits.acquire(60));
    granted(permits.acquire(30));
    first.release();
    first.release();
    first.release(10);
    assertThat(first.bytes()).isZero();
    assertThat(permits.heldCount()).isEqualTo(1);
    assertThat(permits.heldBytes()).isEqualTo(30);
  }

  @Test
  void release_part_makesRoomAndKeepsTheCount() {
    Permit first = granted(permits.acquire(100));
    CompletableFuture<Permit> second = permits.acquire(40);
    first.release(40);
    executor.runAll();
    granted(second);
    assertThat(first.bytes()).isEqualTo(60);
    assertThat(permits.heldCount()).isEqualTo(2);
    assertThatThrownBy(() -> first.release(61))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bytes: 61 (expected: 0 to 60)");
  }

  @Test
  void cancel_headOfTheQueue_letsTheNextPass() {
    granted(permits.acquire(90));
    CompletableFuture<Permit> large = permits.acquire(50);
    CompletableFuture<Permit> small = permits.acquire(10);
    large.cancel(false);
    executor.runAll();
    granted(small);
    assertThat(permits.waiting()).isZero();
  }

  @Test
  void cancel_permitOnItsWay_returnsToTheBudget() {
    Permit first = granted(permits.acquire(100));
    CompletableFuture<Permit> second = permits.acquire(100);
    first.release();
    assertThat(permits.heldBytes()).as("granted, not delivered yet").isEqualTo(100);
    second.cancel(false);
    executor.runAll();
    assertThat(permits.heldBytes()).isZero();
    assertThat(permits.heldCount()).isZero();
  }

  @Test
  void timeout_ofTheFuture_leavesTheQueue() {
    granted(permits.acquire(100));
    CompletableFuture<Permit> second = permits.acquire(1).orTimeout(1, TimeUnit.MILLISECONDS);
    Await.until("left the queue", () -> permits.waiting() == 0);
    assertThat(second).isCompletedExceptionally();
  }

  @Test
  void close_failsWaitersAndLaterRequests() {
    Permit held = granted(permits.acquire(100));
    CompletableFuture<Permit> waiter = permits.acquire(1);
    permits.close(new ShoalException(ErrorCode.CANCELLED, "client", "closed"));
    permits.close();
    executor.runAll();
    assertThat(Await.failure(waiter).code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(Await.failure(permits.acquire(1)).code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(permits.tryAcquire(0)).isNull();
    held.release();
    assertThat(permits.heldBytes()).isZero();
  }

  @Test
  void release_executorEnded_grantsAllTheSame() {
    Permit first = granted(permits.acquire(100));
    CompletableFuture<Permit> second = permits.acquire(1);
    executor.end();
    first.release();
    granted(second);
  }

  @Test
  void release_withinCompletionsOnADirectExecutor_doesNotNest() {
    Permits direct =
        new Permits("direct", new Permits.Limits(1, 1, 100_000), DirectExecutor.INSTANCE);
    Permit first = granted(direct.acquire(1));
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      int number = i;
      var unused =
          direct
              .acquire(1)
              .thenAccept(
                  permit -> {
                    order.add(number);
                    permit.release();
                  });
    }
    first.release();
    assertThat(order).hasSize(100_000).isSorted();
    assertThat(direct.heldCount()).isZero();
  }

  @Test
  void toString_tellsTheState() {
    granted(permits.acquire(10));
    assertThat(permits).hasToString("Permits[test, held=1 of 3, bytes=10 of 100, waiting=0 of 2]");
  }

  private static Permit granted(CompletableFuture<Permit> future) {
    assertThat(future).isCompleted();
    return future.getNow(null);
  }
}
