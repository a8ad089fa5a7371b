package io.shoal.metadata.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.testing.Await;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class AppliedWaitersTest {
  private final AppliedWaiters waiters = new AppliedWaiters();

  @Test
  void reached_completesThoseUpToIt() {
    CompletableFuture<Void> late = waiters.add(9);
    CompletableFuture<Void> early = waiters.add(4);
    CompletableFuture<Void> same = waiters.add(4);
    waiters.reached(3);
    assertThat(early).isNotDone();
    waiters.reached(5);
    assertThat(early).isCompleted();
    assertThat(same).isCompleted();
    assertThat(late).isNotDone();
    waiters.reached(9);
    assertThat(late).isCompleted();
  }

  @Test
  void cancelled_isForgotten() {
    CompletableFuture<Void> first = waiters.add(4);
    CompletableFuture<Void> second = waiters.add(5);
    assertThat(waiters.count()).isEqualTo(2);
    first.cancel(false);
    assertThat(waiters.count()).isEqualTo(1);
    waiters.reached(5);
    assertThat(second).isCompleted();
    assertThat(waiters.count()).isZero();
  }

  @Test
  void close_failsThoseWhoWait_andThoseWhoCome() {
    CompletableFuture<Void> waiting = waiters.add(4);
    waiters.close();
    assertThat(Await.failure(waiting).code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(Await.failure(waiters.add(1)).code()).isEqualTo(ErrorCode.UNAVAILABLE);
  }
}
