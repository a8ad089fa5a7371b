package io.shoal.benchmarks.workload;

import io.shoal.benchmarks.measure.Meter;
import io.shoal.benchmarks.store.FileStore;

/** Prepares what it needs, then does work that is measured: one row of the table or a few. */
public interface Workload {
  /** Returns its short name, such as {@code W1}. */
  String id();

  /**
   * Returns the name of the data that it works on. Workloads with the same name run one after
   * another and find what the one before left.
   */
  String data();

  /**
   * Brings the store into the state that the work needs, unless it is in that state; not measured.
   *
   * @param directory for the data; there, and perhaps empty
   */
  default void prepare(FileStore store, String directory) throws Exception {}

  /** Does the work. */
  void run(FileStore store, String directory, Meter meter) throws Exception;
}
