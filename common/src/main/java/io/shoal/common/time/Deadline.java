package io.shoal.common.time;

import java.time.Duration;

/**
 * The moment after which nobody waits for an answer any more. Set once at the edge and passed down;
 * each layer asks what is left of it.
 *
 * @param time the clock that it is measured on
 * @param atNanos its moment on {@link TimeSource#nanoTime()}
 */
public record Deadline(TimeSource time, long atNanos) {
  /** Longest time to a deadline: longer ones are cut to it, so that sums can't overflow. */
  private static final Duration LONGEST = Duration.ofDays(10_000);

  /**
   * Returns the deadline that lies {@code timeout} ahead; a negative timeout has passed already.
   */
  public static Deadline after(Duration timeout, TimeSource time) {
    Duration cut = timeout.compareTo(LONGEST) > 0 ? LONGEST : timeout;
    return new Deadline(time, time.nanoTime() + cut.toNanos());
  }

  /** Returns what is left in nanoseconds; 0 or less when it has passed. */
  public long remainingNanos() {
    return atNanos - time.nanoTime();
  }

  /**
   * Returns what is left in milliseconds, rounded up so that something left is never 0; 0 when it
   * has passed.
   */
  public long remainingMillis() {
    long nanos = remainingNanos();
    return nanos <= 0 ? 0 : (nanos + 999_999) / 1_000_000;
  }

  /** Tells whether it has passed. */
  public boolean passed() {
    return remainingNanos() <= 0;
  }

  /** Returns the earlier of this deadline and one that lies {@code timeout} ahead. */
  public Deadline orAfter(Duration timeout) {
    Deadline other = after(timeout, time);
    return other.atNanos - atNanos < 0 ? other : this;
  }
}
