package io.shoal.metadata.rpc.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.FakeClock;
import io.shoal.common.time.Deadline;
import io.shoal.metadata.store.InMemoryStateStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadPoolTest {
  private final FakeClock clock = new FakeClock();
  private final InMemoryStateStore store = new InMemoryStateStore();
  private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
  private final ReadPool pool =
      new ReadPool(
          store::view, new ServiceLimits(1, 1, 1, 1, 1, 3), (where, fault) -> faults.add(fault));
  private final CompletableFuture<Void> gate = new CompletableFuture<>();

  @AfterEach
  void close() {
    gate.complete(null);
    pool.close();
  }

  private Deadline soon() {
    return Deadline.after(Duration.ofSeconds(1), clock);
  }

  /** Occupies the only thread. */
  private CompletableFuture<String> occupy() {
    CompletableFuture<Void> began = new CompletableFuture<>();
    CompletableFuture<String> answer =
        pool.query(
            soon(),
            view -> {
              began.complete(null);
              gate.join();
              return "first";
            });
    Await.result(began);
    return answer;
  }

  @Test
  void query_moreThanMayWait_isRefused() {
    CompletableFuture<String> first = occupy();
    List<CompletableFuture<String>> waiting = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiting.add(pool.query(soon(), view -> "later"));
    }
    ShoalException refused = Await.failure(pool.query(soon(), view -> "too many"));
    assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(refused.retryAfterMillis()).isPositive();
    gate.complete(null);
    assertThat(Await.result(first)).isEqualTo("first");
    waiting.forEach(each -> assertThat(Await.result(each)).isEqualTo("later"));
    CompletableFuture<String> again = pool.query(soon(), view -> "again");
    assertThat(Await.result(again)).isEqualTo("again");
  }

  @Test
  void query_deadlinePassedWhileItWaited_isNotMade() {
    CompletableFuture<String> first = occupy();
    CompletableFuture<String> late =
        pool.query(
            soon(),
            view -> {
              throw new AssertionError("was made");
            });
    clock.advanceMillis(1_000);
    gate.complete(null);
    assertThat(Await.result(first)).isEqualTo("first");
    assertThat(Await.failure(late).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
  }

  @Test
  void query_brokenDisk_isAFaultAndAnAnswer() {
    UncheckedIOException broken = new UncheckedIOException(new IOException("no disk"));
    CompletableFuture<String> answer =
        pool.query(
            soon(),
            view -> {
              throw broken;
            });
    assertThat(Await.failure(answer).code()).isEqualTo(ErrorCode.INTERNAL);
    Await.until("the fault is told", () -> faults.contains(broken));
  }

  @Test
  void query_refusalOfTheState_isTheAnswer() {
    ShoalException refusal = new ShoalException(ErrorCode.NOT_FOUND, "/a", "nothing there");
    CompletableFuture<String> answer =
        pool.query(
            soon(),
            view -> {
              throw refusal;
            });
    assertThat(Await.failure(answer)).isSameAs(refusal);
    assertThat(faults).isEmpty();
  }

  @Test
  void query_closedPool_isUnavailable() {
    pool.close();
    assertThat(Await.failure(pool.query(soon(), view -> "")).code())
        .isEqualTo(ErrorCode.UNAVAILABLE);
  }
}
