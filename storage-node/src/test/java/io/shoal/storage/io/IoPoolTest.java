package io.shoal.storage.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.QueueExecutor;
import io.shoal.common.testing.RecordedFaults;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class IoPoolTest {
  private final RecordedFaults faults = new RecordedFaults();
  private final QueueExecutor executor = new QueueExecutor();
  private final IoPool pool = IoPool.over(executor, "pool", 2, 100, faults);

  @Test
  void submit_tooManyTasks_isRefusedUntilOneIsDone() {
    CompletableFuture<String> first = pool.submit(1, () -> "a");
    CompletableFuture<String> second = pool.submit(1, () -> "b");
    assertThat(Await.failure(pool.submit(1, () -> "c")).code()).isEqualTo(ErrorCode.OVERLOADED);
    executor.runAll();
    assertThat(first).isCompletedWithValue("a");
    assertThat(second).isCompletedWithValue("b");
    CompletableFuture<String> later = pool.submit(1, () -> "d");
    executor.runAll();
    assertThat(later).isCompletedWithValue("d");
  }

  @Test
  void submit_tooManyBytes_isRefused() {
    CompletableFuture<String> first = pool.submit(60, () -> "a");
    assertThat(Await.failure(pool.submit(60, () -> "b")).code()).isEqualTo(ErrorCode.OVERLOADED);
    executor.runAll();
    assertThat(first).isCompletedWithValue("a");
  }

  @Test
  void submit_workThrows_failsTheFuture() {
    CompletableFuture<String> known =
        pool.submit(
            0,
            () -> {
              throw new ShoalException(ErrorCode.CHUNK_UNKNOWN, "", "no");
            });
    CompletableFuture<String> defect =
        pool.submit(
            0,
            () -> {
              throw new IllegalStateException("defect");
            });
    executor.runAll();
    assertThat(Await.failure(known).code()).isEqualTo(ErrorCode.CHUNK_UNKNOWN);
    assertThat(Await.failure(defect).code()).isEqualTo(ErrorCode.INTERNAL);
    assertThat(faults.all()).hasSize(1);
  }

  @Test
  void submit_cancelledBeforeItRuns_isSkipped() {
    CompletableFuture<String> cancelled =
        pool.submit(
            100,
            () -> {
              throw new IllegalStateException("ran");
            });
    cancelled.cancel(false);
    executor.runAll();
    faults.assertNone();
    CompletableFuture<String> next = pool.submit(100, () -> "room again");
    executor.runAll();
    assertThat(next).isCompletedWithValue("room again");
  }

  @Test
  void close_threads_finishWhatWasTakenAndRefuseTheRest() throws InterruptedException {
    IoPool threads = IoPool.ofThreads("io", 1, 10, 10, faults);
    CountDownLatch release = new CountDownLatch(1);
    CompletableFuture<String> running = threads.submit(0, () -> awaited(release));
    CompletableFuture<String> waiting = threads.submit(0, () -> "waited");
    CompletableFuture<Void> closed = threads.close();
    assertThat(closed).isNotDone();
    assertThatThrownBy(() -> threads.execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);
    assertThat(Await.failure(threads.submit(0, () -> "late")).code())
        .isEqualTo(ErrorCode.UNAVAILABLE);
    release.countDown();
    assertThat(Await.result(running)).isEqualTo("ran");
    assertThat(Await.result(waiting)).isEqualTo("waited");
    Await.result(closed);
    Await.result(threads.close());
  }

  private static String awaited(CountDownLatch release) {
    try {
      release.await();
    } catch (InterruptedException unexpected) {
      throw new AssertionError("threads of a pool are never interrupted", unexpected);
    }
    return "ran";
  }
}
