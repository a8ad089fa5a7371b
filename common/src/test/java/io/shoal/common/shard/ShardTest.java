package io.shoal.common.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.DirectExecutor;
import io.shoal.common.testing.QueueExecutor;
import io.shoal.common.testing.RecordedFaults;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShardTest {
  private final QueueExecutor pool = new QueueExecutor();
  private final RecordedFaults faults = new RecordedFaults();
  private final List<String> ran = new ArrayList<>();
  private final Shard shard = new Shard("test", pool, 3, 2, faults);

  @AfterEach
  void noOpenFaults() {
    faults.assertNone();
  }

  @Test
  void execute_severalTasks_runInOrderUnderOneSubmission() {
    shard.execute(() -> ran.add("a"));
    shard.execute(() -> ran.add("b"));

    assertThat(pool.size()).isEqualTo(1);
    assertThat(pool.runNext()).isTrue();
    assertThat(ran).containsExactly("a", "b");
    assertThat(pool.size()).isZero();
  }

  @Test
  void execute_withinTheShard_runsLaterAndNotNested() {
    Shard direct = new Shard("direct", DirectExecutor.INSTANCE, 3, faults);
    direct.execute(
        () -> {
          direct.execute(() -> ran.add("inner"));
          ran.add("outer");
        });
    assertThat(ran).containsExactly("outer", "inner");
  }

  @Test
  void drain_moreThanAQuantum_givesTheThreadBack() {
    IntStream.range(0, 5).forEach(i -> shard.execute(() -> ran.add("own")));
    pool.execute(() -> ran.add("other"));

    pool.runAll();

    assertThat(ran).containsExactly("own", "own", "other", "own", "own", "own");
  }

  @Test
  void offer_full_isRefusedAndExecuteIsNot() {
    IntStream.range(0, 3).forEach(i -> shard.offer(() -> ran.add("x")));

    assertThatThrownBy(() -> shard.offer(() -> ran.add("refused")))
        .isInstanceOfSatisfying(
            ShoalException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED))
        .hasMessage("tasks pending: 3 (expected: < 3)");
    shard.execute(() -> ran.add("follow-up"));
    pool.runAll();

    assertThat(ran).containsExactly("x", "x", "x", "follow-up");
    assertThat(shard.pendingTasks()).isZero();
    shard.offer(() -> ran.add("again"));
    pool.runAll();
    assertThat(ran).endsWith("again");
  }

  @Test
  void task_throws_goesToTheHandlerAndTheNextRuns() {
    IllegalStateException fault = new IllegalStateException("broken");
    RecordedFaults own = new RecordedFaults();
    Shard faulty = new Shard("faulty", pool, 3, own);
    faulty.execute(
        () -> {
          throw fault;
        });
    faulty.execute(() -> ran.add("next"));
    pool.runAll();

    assertThat(own.all()).containsExactly(fault);
    assertThat(ran).containsExactly("next");
  }

  @Test
  void assertInShard_tellsInsideFromOutside() {
    assertThatThrownBy(shard::assertInShard)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("expected: one that runs a task of shard test");
    shard.execute(
        () -> {
          shard.assertInShard();
          ran.add("inside");
        });
    pool.runAll();
    assertThat(ran).containsExactly("inside");
    assertThat(shard.inShard()).isFalse();
  }

  @Test
  void ask_answers_withinTheShard() {
    CompletableFuture<Boolean> answer =
        shard.ask(() -> 42).thenApply(value -> value == 42 && shard.inShard());
    assertThat(answer).isNotDone();
    pool.runAll();
    assertThat(Await.result(answer)).isTrue();
  }

  @Test
  void ask_typedError_isAnAnswerAndNoFault() {
    ShoalException notFound = new ShoalException(ErrorCode.NOT_FOUND, "/a", "missing");
    CompletableFuture<Object> answer =
        shard.ask(
            () -> {
              throw notFound;
            });
    pool.runAll();
    assertThat(Await.failure(answer)).isSameAs(notFound);
  }

  @Test
  void ask_defect_failsTheAnswerAndIsAFault() {
    RecordedFaults own = new RecordedFaults();
    Shard faulty = new Shard("faulty", pool, 3, own);
    CompletableFuture<Object> answer =
        faulty.ask(
            () -> {
              throw new IllegalStateException("broken");
            });
    pool.runAll();
    assertThat(Await.failure(answer).code()).isEqualTo(ErrorCode.INTERNAL);
    assertThat(own.all()).hasSize(1);
  }

  @Test
  void ask_cancelledBefore_isSkipped() {
    CompletableFuture<Boolean> answer = shard.ask(() -> ran.add("work"));
    answer.cancel(false);
    pool.runAll();
    assertThat(ran).isEmpty();
  }

  @Test
  void ask_full_fails() {
    IntStream.range(0, 3).forEach(i -> shard.offer(() -> {}));
    assertThat(Await.failure(shard.ask(() -> 1)).code()).isEqualTo(ErrorCode.OVERLOADED);
    pool.runAll();
  }

  @Test
  void close_withTasks_endsAfterThemAndAfterTheirFollowUps() {
    shard.execute(() -> shard.execute(() -> ran.add("follow-up")));
    CompletableFuture<Void> ended = shard.close();

    assertThatThrownBy(() -> shard.execute(() -> {}))
        .isInstanceOfSatisfying(
            ShoalException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    assertThat(Await.failure(shard.ask(() -> 1)).code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(ended).isNotDone();
    pool.runAll();
    assertThat(ended).isCompleted();
    assertThat(ran).containsExactly("follow-up");
    assertThat(shard.close()).isCompleted();
  }

  @Test
  void close_idle_endsAtOnce() {
    assertThat(shard.close()).isCompleted();
  }

  @Test
  void execute_poolEnded_isRefusedAndNotCounted() {
    pool.end();
    assertThatThrownBy(() -> shard.execute(() -> ran.add("x")))
        .isInstanceOfSatisfying(
            ShoalException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    assertThat(shard.pendingTasks()).isZero();
    assertThat(shard.close()).isCompleted();
  }

  @Test
  void drain_poolEndsMeanwhile_finishesWhatWasAccepted() {
    shard.execute(pool::end);
    IntStream.range(0, 5).forEach(i -> shard.execute(() -> ran.add("x")));
    pool.runAll();
    assertThat(ran).hasSize(5);
  }

  @Test
  void execute_manySendersAtOnce_neverOverlapsAndKeepsTheOrderOfEach() throws Exception {
    int senders = 4;
    int each = 20_000;
    int[] last = new int[senders];
    ExecutorService threads = Executors.newFixedThreadPool(3);
    Shard busy = new Shard("busy", threads, 1, 16, faults);
    CountDownLatch start = new CountDownLatch(1);
    List<CompletableFuture<Void>> sent = new ArrayList<>();
    for (int i = 0; i < senders; i++) {
      int sender = i;
      sent.add(
          CompletableFuture.runAsync(
              () -> {
                awaitStart(start);
                for (int n = 1; n <= each; n++) {
                  int number = n;
                  // Plain array: any overlap or lost visibility breaks the chain.
                  busy.execute(() -> last[sender] = last[sender] == number - 1 ? number : -1);
                }
              },
              command -> new Thread(command).start()));
    }
    start.countDown();
    sent.forEach(Await::result);
    Await.result(busy.close());
    threads.shutdown();

    assertThat(last).containsOnly(each);
  }

  @Test
  void close_whileOthersSend_losesNothingThatWasAccepted() {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    for (int round = 0; round < 300; round++) {
      Shard closing = new Shard("closing", threads, 10, 1, faults);
      int[] done = {0};
      CompletableFuture<Integer> accepted =
          CompletableFuture.supplyAsync(() -> sendUntilClosed(closing, done), threads);
      closing.execute(() -> {});
      Await.result(closing.close());
      assertThat(Await.result(accepted)).isEqualTo(done[0]);
    }
    threads.shutdown();
  }

  @Test
  void execute_justWhenTheShardGoesIdle_isNotForgotten() {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    Shard idling = new Shard("idling", thread, 10, faults);
    AtomicInteger done = new AtomicInteger();
    for (int round = 1; round <= 100_000; round++) {
      idling.execute(done::incrementAndGet);
      awaitCount(done, round);
      // Meets the end of the drain at every one of its moments.
      for (int spin = round % 50; spin > 0; spin--) {
        Thread.onSpinWait();
      }
    }
    thread.shutdown();
  }

  /**
   * Spins at first, to be back while the shard is going idle; parks if the machine is too busy for
   * that.
   */
  private static void awaitCount(AtomicInteger count, int expected) {
    long start = System.nanoTime();
    for (int i = 0; count.get() < expected; i++) {
      if (System.nanoTime() - start > 10_000_000_000L) {
        throw new AssertionError("task " + expected + " was forgotten");
      }
      if (i < 1_000) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(1);
      }
    }
  }

  private static int sendUntilClosed(Shard shard, int[] done) {
    int accepted = 0;
    try {
      while (accepted < 1_000) {
        shard.execute(() -> done[0]++);
        accepted++;
      }
    } catch (ShoalException closed) {
      return accepted;
    }
    return accepted;
  }

  private static void awaitStart(CountDownLatch start) {
    try {
      start.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
