package io.shoal.benchmarks.report;

import io.shoal.benchmarks.measure.Sample;
import java.util.List;

/**
 * The samples of one row and one system, together.
 *
 * @param samples in the order in which they were measured
 * @param figure in the unit of the row's figure
 * @param clientCpu in the unit of the row's CPU time, as the following
 * @param cpuMedian of client and servers together
 * @param p50Micros 0 if the work was one piece
 */
record Summary(
    String system,
    List<Sample> samples,
    Spread figure,
    Spread p50Micros,
    Spread p99Micros,
    Spread clientCpu,
    Spread serverCpu,
    double cpuMedian,
    long clientPeakMebibytes,
    long serverPeakMebibytes,
    int clientThreads) {
  static Summary of(String system, List<Sample> samples) {
    return new Summary(
        system,
        List.copyOf(samples),
        Spread.of(samples, Sample::figure),
        Spread.of(samples, Sample::p50Micros),
        Spread.of(samples, Sample::p99Micros),
        Spread.of(samples, Sample::clientCpu),
        Spread.of(samples, Sample::serverCpu),
        Spread.of(samples, sample -> sample.clientCpu() + sample.serverCpu()).median(),
        samples.stream().mapToLong(Sample::clientPeakMebibytes).max().orElse(0),
        samples.stream().mapToLong(Sample::serverPeakMebibytes).max().orElse(0),
        samples.stream().mapToInt(Sample::clientThreads).max().orElse(0));
  }

  boolean hasLatencies() {
    return p50Micros.most() > 0;
  }
}
