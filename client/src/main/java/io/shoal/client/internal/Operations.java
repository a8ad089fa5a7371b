package io.shoal.client.internal;

import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Cancellation;
import io.shoal.common.flow.Deadlines;
import io.shoal.common.flow.Permit;
import io.shoal.common.flow.Permits;
import io.shoal.common.time.Deadline;
import io.shoal.common.time.TimeSource;
import io.shoal.common.time.Timer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The gate through which every operation of a client goes: limits how many are in flight, turns
 * whatever they throw into failures, completes their futures on the callback executor, and cancels
 * what lies beneath when a caller cancels. Thread-safe.
 */
final class Operations {
  private final Permits permits;
  private final Executor callbacks;
  private final @Nullable TimeLimit timeout;

  /**
   * Makes a gate.
   *
   * @param limit operations in flight; as many wait, further ones are refused
   * @param timeout of each, from its call on; null for none
   */
  Operations(int limit, Executor callbacks, @Nullable TimeLimit timeout) {
    this.permits =
        new Permits("operations", new Permits.Limits(limit, Long.MAX_VALUE, limit), Runnable::run);
    this.callbacks = callbacks;
    this.timeout = timeout;
  }

  /** How long an operation may take. */
  record TimeLimit(Duration longest, TimeSource time, Timer timer) {
    <T> CompletableFuture<T> enforce(CompletableFuture<T> work) {
      return Deadlines.enforce(
          work,
          Deadline.after(longest, time),
          timer,
          Runnable::run,
          () -> "the operation, which may take " + longest.toMillis() + " ms");
    }
  }

  /**
   * Runs an operation, now or as soon as it may.
   *
   * @param operation starts it; cancelling what it returns must stop it
   * @return for the caller of the client
   */
  <T> CompletableFuture<T> run(Supplier<CompletableFuture<T>> operation) {
    CompletableFuture<T> started = start(operation);
    CompletableFuture<T> inner = timeout == null ? started : timeout.enforce(started);
    CompletableFuture<T> outer = new CompletableFuture<>();
    Listening.to(inner, (value, failure) -> handOver(() -> relay(inner, outer)));
    return Cancellation.forward(outer, inner);
  }

  /** As {@link #run}, but the future completes on any thread: for parts of the client. */
  <T> CompletableFuture<T> start(Supplier<CompletableFuture<T>> operation) {
    CompletableFuture<Permit> permit = permits.acquire(0);
    CompletableFuture<T> result = new CompletableFuture<>();
    Listening.to(
        permit,
        (granted, refusal) -> {
          if (refusal != null) {
            fail(permit, refusal, result);
          } else if (result.isDone()) {
            granted.release();
          } else {
            CompletableFuture<T> work = startSafely(operation);
            run(work, granted, Cancellation.forward(result, work));
          }
        });
    return Cancellation.forward(result, permit);
  }

  /** Fails operations that wait and all later ones. */
  void close() {
    permits.close(new ShoalException(ErrorCode.CANCELLED, "", "the client is closed"));
  }

  /** Returns how many operations are in flight. */
  int inFlight() {
    return permits.heldCount();
  }

  /** Returns a future of a converted result; cancelling it cancels the source. */
  static <A, B> CompletableFuture<B> map(CompletableFuture<A> source, Function<A, B> function) {
    return Cancellation.forward(source.thenApply(function), source);
  }

  private void handOver(Runnable completion) {
    try {
      callbacks.execute(completion);
    } catch (RejectedExecutionException ended) {
      // A future must never be forgotten.
      completion.run();
    }
  }

  private static <T> CompletableFuture<T> startSafely(Supplier<CompletableFuture<T>> operation) {
    try {
      return operation.get();
    } catch (RuntimeException refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  /** Waits for work that holds a place. */
  private static <T> void run(
      CompletableFuture<T> work, Permit place, CompletableFuture<T> result) {
    Listening.to(
        work,
        (value, failure) -> {
          place.release();
          relay(work, result);
        });
  }

  /** Completes a future as another one did. */
  private static <T> void relay(CompletableFuture<T> from, CompletableFuture<T> to) {
    Listening.to(
        from,
        (value, failure) -> {
          if (failure == null) {
            to.complete(value);
          } else {
            fail(from, failure, to);
          }
        });
  }

  private static void fail(CompletableFuture<?> from, Throwable failure, CompletableFuture<?> to) {
    if (from.isCancelled()) {
      to.cancel(false);
    } else {
      to.completeExceptionally(ShoalException.of(failure));
    }
  }
}
