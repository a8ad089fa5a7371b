package io.shoal.benchmarks.measure;

/**
 * How much work was done.
 *
 * @param bytes of files; 0 if operations are what counts
 * @param operations at least 1
 * @param latencies of single operations; empty if the work is one piece
 */
public record Amount(long bytes, long operations, Latencies latencies) {
  /** Returns the amount of a transfer. */
  public static Amount ofBytes(long bytes) {
    return new Amount(bytes, 1, new Latencies(0));
  }

  /** Returns the amount of operations that were timed one by one. */
  public static Amount ofOperations(long operations, Latencies latencies) {
    return new Amount(0, operations, latencies);
  }
}
