package io.shoal.benchmarks.report;

import io.shoal.benchmarks.measure.Row.Figure;
import java.util.OptionalDouble;

/**
 * How our medians stand to a peer's.
 *
 * @param speed times as fast: above 1 we are better, for latencies too
 * @param cpu times as much CPU time of client and servers together: below 1 we are better; empty if
 *     a median is less than the kernel's clock can tell
 */
record Ratio(double speed, OptionalDouble cpu) {
  static Ratio of(Figure figure, Summary ours, Summary peer) {
    double higher = ours.figure().median() / peer.figure().median();
    return new Ratio(figure == Figure.LATENCY ? 1 / higher : higher, cpu(ours, peer));
  }

  private static OptionalDouble cpu(Summary ours, Summary peer) {
    return ours.cpuMedian() > 0 && peer.cpuMedian() > 0
        ? OptionalDouble.of(ours.cpuMedian() / peer.cpuMedian())
        : OptionalDouble.empty();
  }
}
