package io.shoal.common.flow;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: exponential with full jitter, that is, evenly
 * distributed between 0 and a bound that doubles with every attempt up to a limit. Many clients
 * that failed together so come back spread out. Thread-safe, also when the generator is not (if
 * nobody else uses it).
 *
 * <p>Source: Marc Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
 */
public final class Backoff {
  private final long firstNanos;
  private final long maxNanos;
  private final RandomGenerator random;

  /**
   * Makes a backoff.
   *
   * @param first bound of the wait after the first attempt
   * @param max bound that is never exceeded
   */
  public Backoff(Duration first, Duration max, RandomGenerator random) {
    if (first.isZero() || first.isNegative() || max.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "first: " + first + ", max: " + max + " (expected: 0 < first <= max)");
    }
    this.firstNanos = first.toNanos();
    this.maxNanos = max.toNanos();
    this.random = random;
  }

  /**
   * Draws the wait after an attempt failed.
   *
   * @param attempts how many were made so far, at least 1
   */
  public Duration next(int attempts) {
    long bound = boundNanos(attempts);
    synchronized (this) {
      return Duration.ofNanos(random.nextLong(bound + 1));
    }
  }

  private long boundNanos(int attempts) {
    if (attempts < 1) {
      throw new IllegalArgumentException("attempts: " + attempts + " (expected: >= 1)");
    }
    int doublings = attempts - 1;
    boolean beyond = doublings >= Long.numberOfLeadingZeros(firstNanos) - 1;
    return beyond ? maxNanos : Math.min(maxNanos, firstNanos << doublings);
  }
}
