package io.shoal.faults.matrix;

import java.util.List;
import java.util.Locale;

/** The results as a table in Markdown. */
final class Table {
  private final List<RowResult> results;

  Table(List<RowResult> results) {
    this.results = results;
  }

  @Override
  public String toString() {
    StringBuilder table = new StringBuilder();
    table.append(
        "| row | what happens | runs | faults | time | acknowledged | failed | bytes verified | replicas"
            + " verified | slowest operation | longest until whole | verdict |\n"
            + "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|\n");
    long[] sum = new long[7];
    for (RowResult each : results) {
      line(
          table,
          each.row().name(),
          each.row().description(),
          new long[] {
            each.runs(),
            each.faults(),
            each.millis(),
            each.acknowledged(),
            each.failed(),
            each.bytes(),
            each.replicas()
          },
          seconds(each.slowestMillis()),
          seconds(each.healthyMillis()),
          each.violations().isEmpty() ? each.runs() == 0 ? "not run" : "held" : "VIOLATED",
          sum);
    }
    line(table, "all", "", sum, "", "", "", new long[7]);
    return table.toString();
  }

  private static void line(
      StringBuilder table,
      String name,
      String what,
      long[] figures,
      String slowest,
      String healthy,
      String verdict,
      long[] sum) {
    for (int i = 0; i < figures.length; i++) {
      sum[i] += figures[i];
    }
    table.append(
        String.format(
            Locale.ROOT,
            "| %s | %s | %d | %d | %s | %,d | %,d | %,d MiB | %,d | %s | %s | %s |%n",
            name,
            what,
            figures[0],
            figures[1],
            seconds(figures[2]),
            figures[3],
            figures[4],
            figures[5] >> 20,
            figures[6],
            slowest,
            healthy,
            verdict));
  }

  private static String seconds(long millis) {
    return String.format(Locale.ROOT, "%.1f s", millis / 1e3);
  }
}
