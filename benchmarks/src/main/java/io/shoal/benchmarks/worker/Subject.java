package io.shoal.benchmarks.worker;

import io.shoal.benchmarks.measure.Meter;

/** What a worker measures. */
interface Subject extends AutoCloseable {
  /** Runs a workload on the data in a directory. */
  void run(String workload, String directory, Meter meter) throws Exception;

  /** Deletes a directory. */
  void clean(String directory) throws Exception;

  @Override
  void close();
}
