package io.shoal.common.testing;

import io.shoal.common.error.ShoalException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits on the test's thread until something has happened, never for a time: the timeout only
 * bounds how long a broken test takes to fail. A future is preferred, since it wakes the test at
 * once; conditions of foreign code are looked at every millisecond.
 */
public final class Await {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final long PAUSE_NANOS = 1_000_000;

  private Await() {}

  /** Waits up to 60 seconds until a condition holds. */
  public static void until(String what, BooleanSupplier condition) {
    until(what, TIMEOUT, condition);
  }

  /**
   * Waits until a condition holds.
   *
   * @param what names it in the message
   * @throws AssertionError if it does not within the timeout
   */
  public static void until(String what, Duration timeout, BooleanSupplier condition) {
    if (!holdsWithin(timeout, condition)) {
      throw new AssertionError(what + ": not within " + timeout);
    }
  }

  /** Waits until a condition holds, and tells whether it did within the timeout. */
  public static boolean holdsWithin(Duration timeout, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > timeout.toNanos() || Thread.currentThread().isInterrupted()) {
        return condition.getAsBoolean();
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return true;
  }

  /**
   * Waits up to 60 seconds for a result; a failure is thrown as it is, without the wrapping of the
   * future.
   */
  public static <T> T result(CompletableFuture<T> future) {
    return result(future, TIMEOUT);
  }

  /** As {@link #result(CompletableFuture)} with a timeout. */
  public static <T> T result(CompletableFuture<T> future, Duration timeout) {
    try {
      return future.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw rethrown(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("future not complete within " + timeout + ": " + future, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + future, e);
    }
  }

  /**
   * Waits up to 60 seconds for a future to fail with a {@link ShoalException}, and returns that.
   */
  public static ShoalException failure(CompletableFuture<?> future) {
    Object result;
    try {
      result = result(future);
    } catch (ShoalException expected) {
      return expected;
    }
    throw new AssertionError("result: " + result + " (expected: a ShoalException)");
  }

  private static RuntimeException rethrown(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof RuntimeException unchecked
        ? unchecked
        : new IllegalStateException(failure);
  }
}
