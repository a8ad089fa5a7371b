package io.shoal.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void of_rowOfBoth_tellsMediansSpreadAndRatio() {
    String ours = lineOf("write one file, 1024 MiB");

    assertThat(cells(ours))
        .containsSequence("shoal", "512 MiB/s", "256 to 1,024")
        .contains("1.00 + 1.00 s/GiB", "90 + 400", "21")
        .doesNotContain("2.00 x, 0.50 x");
    assertThat(cells(lineAfter(ours))).contains("hdfs", "2.00 x, 0.50 x");
  }

  @Test
  void of_severalPeers_eachHasTheRatioToIt() {
    Results results = new Results();
    for (String system : List.of("shoal", "hdfs", "ozone")) {
      results.addSystem(system, "one of them");
    }
    results.add("shoal", Example.sample(Example.WRITE, 1, 1, 1));
    results.add("hdfs", Example.sample(Example.WRITE, 2, 1, 1));
    results.add("ozone", Example.sample(Example.WRITE, 4, 1, 1));

    assertThat(Table.of(results).lines().filter(line -> line.contains(" x, ")))
        .satisfiesExactly(
            hdfs -> assertThat(cells(hdfs)).contains("hdfs", "2.00 x, 1.00 x"),
            ozone -> assertThat(cells(ozone)).contains("ozone", "4.00 x, 1.00 x"));
  }

  @Test
  void of_latencies_halfTheTimeIsTwiceAsFast() {
    String ours = lineOf("append & flush");
    assertThat(cells(ours)).contains("1,500 us", "1.50", "3.00");
    assertThat(cells(lineAfter(ours))).contains("2.00 x, 1.00 x");
  }

  @Test
  void of_peerWhoseCpuTimeTheClockDoesNotTell_hasNoRatioOfIt() {
    Results results = new Results();
    results.addSystem("shoal", "ours");
    results.addSystem("hdfs", "the peer");
    results.add("shoal", Example.sample(Example.WRITE, 1, 1, 0));
    results.add("hdfs", Example.sample(Example.WRITE, 2, 0, 0));

    assertThat(Table.of(results)).contains("| 2.00 x, ?");
  }

  @Test
  void of_allLines_areEquallyLong() {
    List<String> lines =
        Table.of(Example.results()).lines().filter(line -> line.startsWith("|")).toList();

    assertThat(lines).hasSize(2 + 5).extracting(String::length).containsOnly(lines.get(0).length());
  }

  @Test
  void of_failures_areTold() {
    Results results = Example.results();
    results.addFailure("W3, shoal: no answer");

    assertThat(Table.of(results)).contains("* shoal: ours\n", "* FAILED: W3, shoal: no answer\n");
  }

  private static String lineOf(String title) {
    return Table.of(Example.results())
        .lines()
        .filter(line -> line.contains(title))
        .findFirst()
        .orElseThrow();
  }

  private static String lineAfter(String line) {
    List<String> lines = Table.of(Example.results()).lines().toList();
    return lines.get(lines.indexOf(line) + 1);
  }

  private static List<String> cells(String line) {
    return List.of(line.split("\\s*\\|\\s*", -1));
  }
}
