package io.shoal.benchmarks;

import io.shoal.client.ShoalClient;

/** One row of the table: prepares what it needs, then does work that is timed. */
interface Workload {
  /** Returns the row's name. */
  String name();

  /** Brings the cluster into the state that the work needs; not timed. */
  default void prepare(ShoalClient client, String directory) throws InterruptedException {}

  /**
   * Does the work.
   *
   * @param directory an empty or prepared directory of its own
   * @return how much was done
   */
  Amount run(ShoalClient client, String directory) throws InterruptedException;

  /**
   * How much work a run was.
   *
   * @param bytes of files; 0 if operations are what counts
   * @param operations at least 1
   * @param latencies of single operations
   */
  record Amount(long bytes, long operations, Latencies latencies) {}
}
