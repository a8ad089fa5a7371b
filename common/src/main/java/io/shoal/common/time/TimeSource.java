package io.shoal.common.time;

/** Tells the time. Thread-safe. */
public interface TimeSource {
  /**
   * Returns a monotonic reading in nanoseconds with an arbitrary origin; only differences mean
   * anything.
   */
  long nanoTime();

  /**
   * Returns the wall clock in milliseconds since 1970-01-01T00:00Z; may jump in either direction.
   */
  long wallMillis();

  /** Returns the clocks of this machine. */
  static TimeSource system() {
    return SystemTimeSource.INSTANCE;
  }
}
