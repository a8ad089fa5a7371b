package io.shoal.benchmarks.report;

import io.shoal.benchmarks.measure.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The results as a table in Markdown whose columns stand in line, so that it can be read as it is.
 */
public final class Table {
  private static final List<String> HEADER =
      List.of(
          "row",
          "work",
          "system",
          "median",
          "min to max",
          "p50 ms",
          "p99 ms",
          "CPU client + servers",
          "peak MiB client + servers",
          "threads",
          "Shoal to it: speed, CPU");

  private Table() {}

  /** Makes the table. */
  public static String of(Results results) {
    List<List<String>> lines = new ArrayList<>();
    for (Row row : results.rows()) {
      boolean first = true;
      for (Summary summary : results.summaries(row)) {
        Optional<Ratio> ratio =
            summary.system().equals(Results.OURS)
                ? Optional.empty()
                : results.ratio(row, summary.system());
        lines.add(line(row, first, summary, ratio));
        first = false;
      }
    }
    StringBuilder text = new StringBuilder(render(lines));
    text.append('\n');
    results
        .systems()
        .forEach(
            (name, about) ->
                text.append("* ").append(name).append(": ").append(about).append('\n'));
    results.failures().forEach(failure -> text.append("* FAILED: ").append(failure).append('\n'));
    return text.toString();
  }

  private static List<String> line(Row row, boolean first, Summary summary, Optional<Ratio> ratio) {
    return List.of(
        first ? row.id() : "",
        first ? row.title() : "",
        summary.system(),
        number(summary.figure().median()) + " " + row.figure().unit(),
        number(summary.figure().least()) + " to " + number(summary.figure().most()),
        summary.hasLatencies() ? millis(summary.p50Micros().median()) : "",
        summary.hasLatencies() ? millis(summary.p99Micros().median()) : "",
        number(summary.clientCpu().median())
            + " + "
            + number(summary.serverCpu().median())
            + " "
            + row.figure().cpuUnit(),
        summary.clientPeakMebibytes() == 0
            ? ""
            : summary.clientPeakMebibytes() + " + " + summary.serverPeakMebibytes(),
        summary.clientThreads() == 0 ? "" : Integer.toString(summary.clientThreads()),
        ratio.map(Table::compare).orElse(""));
  }

  private static String compare(Ratio ratio) {
    String cpu = ratio.cpu().isPresent() ? number(ratio.cpu().getAsDouble()) + " x" : "?";
    return number(ratio.speed()) + " x, " + cpu;
  }

  /** Writes a number with about three digits that count. */
  static String number(double value) {
    double size = Math.abs(value);
    return String.format(Locale.ROOT, size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f", value);
  }

  private static String millis(double micros) {
    return number(micros / 1e3);
  }

  private static String render(List<List<String>> lines) {
    int[] widths = HEADER.stream().mapToInt(String::length).toArray();
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    append(text, HEADER, widths);
    append(text, HEADER.stream().map(title -> "---").toList(), widths);
    lines.forEach(line -> append(text, line, widths));
    return text.toString();
  }

  private static void append(StringBuilder text, List<String> line, int[] widths) {
    for (int i = 0; i < widths.length; i++) {
      text.append("| ")
          .append(line.get(i))
          .append(" ".repeat(widths[i] - line.get(i).length() + 1));
    }
    text.append("|\n");
  }
}
