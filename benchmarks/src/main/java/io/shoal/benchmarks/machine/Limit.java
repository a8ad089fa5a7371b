package io.shoal.benchmarks.machine;

import io.shoal.benchmarks.measure.Meter;
import java.nio.file.Path;

/** One thing that the machine can do. */
public interface Limit {
  /** Returns its short name, such as {@code L1}, or that of the workload that it stands beside. */
  String id();

  /** Measures it. */
  void run(Path directory, Meter meter) throws Exception;
}
