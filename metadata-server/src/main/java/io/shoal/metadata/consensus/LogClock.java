package io.shoal.metadata.consensus;

import io.shoal.common.time.TimeSource;

/**
 * The leader's time (rule T1): runs with the monotonic clock and is slewed towards the wall clock,
 * by at most a tenth of the time that has passed, so that a wall clock which jumps expires nothing
 * early. Thread-safe.
 */
final class LogClock {
  private static final long SLEW_DIVISOR = 10;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final TimeSource time;
  private long lastReadNanos;

  /** Nanoseconds since 1970; enough until the year 2262. */
  private long clockNanos;

  LogClock(TimeSource time) {
    this.time = time;
    this.lastReadNanos = time.nanoTime();
    this.clockNanos = time.wallMillis() * NANOS_PER_MILLI;
  }

  /**
   * Begins a term: at the wall clock's time, or at that of the replicated state if it is later.
   *
   * @param replicatedNowMillis the log clock as applied
   */
  synchronized void begin(long replicatedNowMillis) {
    lastReadNanos = time.nanoTime();
    clockNanos = Math.max(replicatedNowMillis, time.wallMillis()) * NANOS_PER_MILLI;
  }

  synchronized long nowMillis() {
    long readNanos = time.nanoTime();
    long passed = Math.max(0, readNanos - lastReadNanos);
    lastReadNanos = readNanos;
    long drift = time.wallMillis() * NANOS_PER_MILLI - (clockNanos + passed);
    long most = passed / SLEW_DIVISOR;
    clockNanos += passed + Math.max(-most, Math.min(most, drift));
    return clockNanos / NANOS_PER_MILLI;
  }
}
