package io.shoal.benchmarks.measure;

import java.util.Arrays;

/** Times of single operations. Filled by threads of the client, read after all have ended. */
public final class Latencies {
  private final long[] nanos;
  private int count;

  public Latencies(int capacity) {
    this.nanos = new long[capacity];
  }

  /** Adds a time; times beyond the capacity are left out. */
  public synchronized void add(long elapsedNanos) {
    if (count < nanos.length) {
      nanos[count++] = elapsedNanos;
    }
  }

  /**
   * Returns the time below which so many of the operations stay, in microseconds; 0 if there are
   * none.
   *
   * @param share 0 to 1
   */
  public synchronized double micros(double share) {
    if (count == 0) {
      return 0;
    }
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return sorted[(int) Math.min(count - 1, Math.floor(count * share))] / 1e3;
  }
}
