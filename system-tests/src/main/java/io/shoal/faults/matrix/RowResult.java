package io.shoal.faults.matrix;

import io.shoal.faults.bed.Figures;
import java.util.ArrayList;
import java.util.List;

/** What came of a row, over all times that it ran. */
final class RowResult {
  private final Row row;
  private int runs;
  private int faults;
  private long millis;
  private long acknowledged;
  private long failed;
  private long bytes;
  private long replicas;
  private long slowestMillis;
  private long healthyMillis;
  private final List<String> violations = new ArrayList<>();

  RowResult(Row row) {
    this.row = row;
  }

  Row row() {
    return row;
  }

  int runs() {
    return runs;
  }

  int faults() {
    return faults;
  }

  long millis() {
    return millis;
  }

  long acknowledged() {
    return acknowledged;
  }

  long failed() {
    return failed;
  }

  long bytes() {
    return bytes;
  }

  long replicas() {
    return replicas;
  }

  /** Returns the longest time of an operation. */
  long slowestMillis() {
    return slowestMillis;
  }

  /** Returns the longest time until everything was as it should be again. */
  long healthyMillis() {
    return healthyMillis;
  }

  List<String> violations() {
    return violations;
  }

  /**
   * Adds a run.
   *
   * @param lines of the checker
   * @param before figures of the check before this one, which counts from the beginning as well
   */
  void add(int injected, long took, List<String> lines, Figures before) {
    runs++;
    faults += injected;
    millis += took;
    for (String line : lines) {
      if (line.startsWith("violation: ")) {
        violations.add(line.substring("violation: ".length()));
      }
    }
    Figures figures = figures(lines);
    acknowledged += figures.get("acknowledged") - before.get("acknowledged");
    failed += figures.get("failed") - before.get("failed");
    bytes += figures.get("bytes");
    replicas += figures.get("replicas");
    slowestMillis = Math.max(slowestMillis, figures.get("slowest-ms"));
    healthyMillis = Math.max(healthyMillis, figures.get("healthy-ms"));
  }

  /** Returns the figures that the checker prints last. */
  static Figures figures(List<String> lines) {
    String begin = "checked ";
    return lines.stream()
        .filter(line -> line.startsWith(begin))
        .findFirst()
        .map(line -> Figures.parse(line.substring(begin.length())))
        .orElse(Figures.NONE);
  }
}
