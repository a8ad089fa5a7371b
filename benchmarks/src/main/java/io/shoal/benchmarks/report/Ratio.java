package io.shoal.benchmarks.report;

import io.shoal.benchmarks.measure.Row.Figure;

/**
 * How our medians stand to a peer's.
 *
 * @param speed times as fast: above 1 we are better, for latencies too
 * @param cpu times as much CPU time of client and servers together: below 1 we are better
 */
record Ratio(double speed, double cpu) {
  static Ratio of(Figure figure, Summary ours, Summary peer) {
    double higher = ours.figure().median() / peer.figure().median();
    return new Ratio(
        figure == Figure.LATENCY ? 1 / higher : higher, ours.cpuMedian() / peer.cpuMedian());
  }
}
