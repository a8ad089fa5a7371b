package io.shoal.microbenchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs each benchmark for a moment: its figures say nothing, but it runs. */
class MicrobenchmarksTest {
  @Test
  void run_all_measureSomething() throws RunnerException {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include("io\\.shoal\\..*")
                    .forks(0)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .measurementTime(TimeValue.milliseconds(20))
                    .shouldFailOnError(true)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();
    TreeSet<String> names = new TreeSet<>();
    for (RunResult result : results) {
      names.add(result.getPrimaryResult().getLabel());
      assertThat(result.getPrimaryResult().getScore()).as(result.toString()).isPositive();
    }
    assertThat(names)
        .containsExactly(
            "checksum",
            "findPlace",
            "marshal",
            "mkdir",
            "mkdirRenameDelete",
            "parse",
            "readRange",
            "readSmall",
            "writeSmall");
  }
}
