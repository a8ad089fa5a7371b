package io.shoal.metadata.consensus;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Deadlines;
import io.shoal.common.time.Deadline;
import io.shoal.common.time.TimeSource;
import io.shoal.common.time.Timer;
import io.shoal.metadata.store.ReplaceableStateStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes reads linearizable at a server that does not lead: asks the leader how far the log is, and
 * waits until as much has been applied here. A read that comes in waits for the next question that
 * goes out; all that wait share it, and few questions are open at a time. Thread-safe.
 */
final class FollowerBarrier {
  /** With that of the question less than a client waits for a server that says nothing. */
  private static final Duration LIMIT = Duration.ofMillis(500);

  private static final int QUESTIONS_MAX = 2;
  private static final int RETRY_AFTER_MILLIS = 20;

  private final LogIndexSource source;
  private final Supplier<String> leader;
  private final ReplaceableStateStore store;
  private final TimeSource time;
  private final Timer timer;
  private final Executor executor;
  private final int waitingMax;

  private final Object lock = new Object();
  private List<CompletableFuture<Void>> waiting = new ArrayList<>();
  private int questions;

  /**
   * Makes one at which nobody waits.
   *
   * @param leader returns the address of the leader; empty if none is known
   * @param store has what is applied here
   * @param executor completes the futures
   * @param waitingMax reads that wait for the next question
   */
  FollowerBarrier(
      LogIndexSource source,
      Supplier<String> leader,
      ReplaceableStateStore store,
      TimeSource time,
      Timer timer,
      Executor executor,
      int waitingMax) {
    this.source = source;
    this.leader = leader;
    this.store = store;
    this.time = time;
    this.timer = timer;
    this.executor = executor;
    this.waitingMax = waitingMax;
  }

  /**
   * Waits until a view shows all that was acknowledged before this call.
   *
   * @return fails with {@code NOT_LEADER} if this server can't tell, and another one may; {@code
   *     OVERLOADED} if it, or the leader, has too much to do
   */
  CompletableFuture<Void> await() {
    CompletableFuture<Void> barrier = new CompletableFuture<>();
    synchronized (lock) {
      if (waiting.size() >= waitingMax) {
        return CompletableFuture.failedFuture(
            new ShoalException(
                ErrorCode.OVERLOADED,
                "",
                "reads waiting: " + waiting.size() + " (expected: < " + waitingMax + ")",
                RETRY_AFTER_MILLIS,
                null));
      }
      waiting.add(barrier);
    }
    askIfDue();
    return barrier;
  }

  private void askIfDue() {
    List<CompletableFuture<Void>> those;
    synchronized (lock) {
      if (waiting.isEmpty() || questions >= QUESTIONS_MAX) {
        return;
      }
      questions++;
      those = waiting;
      waiting = new ArrayList<>();
    }
    var unused =
        ask()
            .whenComplete((index, failure) -> answered())
            .thenCompose(this::applied)
            .whenCompleteAsync((nothing, failure) -> settle(those, failure), executor);
  }

  private CompletableFuture<Void> applied(long index) {
    return Deadlines.enforce(
        store.whenApplied(index),
        Deadline.after(LIMIT, time),
        timer,
        executor,
        () -> "to apply the log up to " + index);
  }

  private void answered() {
    synchronized (lock) {
      questions--;
    }
    askIfDue();
  }

  private CompletableFuture<Long> ask() {
    try {
      String server = leader.get();
      if (server.isEmpty()) {
        return CompletableFuture.failedFuture(
            new ShoalException(ErrorCode.UNAVAILABLE, "", "no metadata server is known to lead"));
      }
      return source.logIndex(server);
    } catch (RuntimeException refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  private static void settle(List<CompletableFuture<Void>> those, @Nullable Throwable failure) {
    if (failure == null) {
      those.forEach(barrier -> barrier.complete(null));
      return;
    }
    ShoalException cause = ShoalException.of(failure);
    if (cause.code() == ErrorCode.OVERLOADED) {
      those.forEach(barrier -> barrier.completeExceptionally(cause));
      return;
    }
    ShoalException cannotTell =
        new ShoalException(
            ErrorCode.NOT_LEADER,
            "",
            "this metadata server can't tell how far the log is: " + cause.getMessage(),
            cause);
    those.forEach(barrier -> barrier.completeExceptionally(cannotTell));
  }
}
