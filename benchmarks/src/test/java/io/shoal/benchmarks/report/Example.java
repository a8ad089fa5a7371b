package io.shoal.benchmarks.report;

import io.shoal.benchmarks.measure.Row;
import io.shoal.benchmarks.measure.Row.Figure;
import io.shoal.benchmarks.measure.Sample;

/** Results in which we write twice as fast for half the CPU time, and flush in half the time. */
final class Example {
  static final Row WRITE = new Row("W1", "write one file, 1024 MiB", Figure.BANDWIDTH);
  static final Row FLUSH = new Row("W9", "append & flush", Figure.LATENCY);
  static final Row DISK = new Row("L2", "disk", Figure.BANDWIDTH);

  private Example() {}

  static Results results() {
    Results results = new Results();
    results.addSystem("machine", "the machine");
    results.addSystem("shoal", "ours");
    results.addSystem("hdfs", "the peer");
    results.add("machine", sample(DISK, 1, 1, 0));
    for (double seconds : new double[] {2, 1, 4}) {
      results.add("shoal", sample(WRITE, seconds, 1, 0));
      results.add("hdfs", sample(WRITE, 2 * seconds, 2, 0));
    }
    results.add("shoal", sample(FLUSH, 1, 1, 1_500));
    results.add("hdfs", sample(FLUSH, 1, 1, 3_000));
    return results;
  }

  static Sample sample(Row row, double seconds, double cpuSeconds, double p50Micros) {
    return new Sample(
        row, seconds, 1 << 30, 100, p50Micros, 2 * p50Micros, cpuSeconds, cpuSeconds, 90, 400, 21);
  }
}
