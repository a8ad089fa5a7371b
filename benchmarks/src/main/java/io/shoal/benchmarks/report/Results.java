package io.shoal.benchmarks.report;

import io.shoal.benchmarks.measure.Row;
import io.shoal.benchmarks.measure.Sample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All samples of a benchmark, and what went wrong. Used by one thread. */
public final class Results {
  /** The system whose numbers are set in relation to a peer's. */
  static final String OURS = "shoal";

  /** The peer that the ratios of the chart relate to. */
  static final String PEER = "hdfs";

  private final Map<String, String> systems = new LinkedHashMap<>();
  private final Map<Row, Map<String, List<Sample>>> samples = new LinkedHashMap<>();
  private final List<String> failures = new ArrayList<>();

  /** Adds a system; the order is that of the reports. */
  public void addSystem(String name, String about) {
    systems.put(name, about);
  }

  /** Adds a sample of a system that was added before. */
  public void add(String system, Sample sample) {
    if (!systems.containsKey(system)) {
      throw new IllegalArgumentException(
          "system: " + system + " (expected: " + systems.keySet() + ")");
    }
    samples
        .computeIfAbsent(sample.row(), row -> new LinkedHashMap<>())
        .computeIfAbsent(system, name -> new ArrayList<>())
        .add(sample);
  }

  /** Adds what could not be measured. */
  public void addFailure(String message) {
    failures.add(message);
  }

  /** Returns what could not be measured. */
  public List<String> failures() {
    return List.copyOf(failures);
  }

  /** Returns what each system is, by its name. */
  Map<String, String> systems() {
    return systems;
  }

  /** Returns the rows in the order in which they were measured first. */
  List<Row> rows() {
    return List.copyOf(samples.keySet());
  }

  /** Returns the summaries of a row, in the order of the systems. */
  List<Summary> summaries(Row row) {
    Map<String, List<Sample>> bySystem = samples.getOrDefault(row, Map.of());
    return systems.keySet().stream()
        .filter(bySystem::containsKey)
        .map(system -> Summary.of(system, bySystem.getOrDefault(system, List.of())))
        .toList();
  }

  /** Tells how ours stands to the peer's, where both were measured. */
  Optional<Ratio> ratio(Row row) {
    return ratio(row, PEER);
  }

  /** Tells how ours stands to another system's, where both were measured. */
  Optional<Ratio> ratio(Row row, String system) {
    return summary(row, OURS)
        .flatMap(ours -> summary(row, system).map(peer -> Ratio.of(row.figure(), ours, peer)));
  }

  private Optional<Summary> summary(Row row, String system) {
    return summaries(row).stream().filter(summary -> summary.system().equals(system)).findFirst();
  }
}
