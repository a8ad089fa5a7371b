package io.shoal.benchmarks.coordinator;

import io.shoal.benchmarks.measure.Latencies;
import io.shoal.benchmarks.measure.Processes;
import io.shoal.benchmarks.measure.Row;
import io.shoal.benchmarks.measure.Row.Figure;
import io.shoal.benchmarks.measure.Sample;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Times command lines from their start to the first line that they print. */
final class CommandLines {
  private static final int STARTS = 5;
  private static final long LIMIT_SECONDS = 60;
  private static final Row SAME_OPTIONS =
      new Row(Unit.COMMAND_LINE, "ls /: start to first answer, same JVM options", Figure.LATENCY);
  private static final Row OWN_LAUNCHER =
      new Row(
          Unit.COMMAND_LINE + "-own", "ls /: start to first answer, own launcher", Figure.LATENCY);

  private CommandLines() {}

  /** Measures the commands that a system has. */
  static List<Sample> measure(SystemUnderTest system)
      throws IOException, InterruptedException, WorkFailedException {
    List<Sample> samples = new ArrayList<>();
    if (!system.commandLine().isEmpty()) {
      samples.add(measure(SAME_OPTIONS, system.name(), system.commandLine()));
    }
    if (!system.launcher().isEmpty()) {
      samples.add(measure(OWN_LAUNCHER, system.name(), system.launcher()));
    }
    return samples;
  }

  private static Sample measure(Row row, String name, List<String> command)
      throws IOException, InterruptedException, WorkFailedException {
    Latencies latencies = new Latencies(STARTS);
    double cpuBefore = Processes.self().endedChildrenSeconds();
    long begin = System.nanoTime();
    for (int i = 0; i < STARTS; i++) {
      latencies.add(firstAnswerNanos(name, command));
    }
    return new Sample(
        row,
        (System.nanoTime() - begin) / 1e9,
        0,
        STARTS,
        latencies.micros(0.5),
        latencies.micros(0.99),
        Processes.self().endedChildrenSeconds() - cpuBefore,
        0,
        0,
        0,
        0);
  }

  private static long firstAnswerNanos(String name, List<String> command)
      throws IOException, InterruptedException, WorkFailedException {
    long begin = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    CompletableFuture.delayedExecutor(LIMIT_SECONDS, TimeUnit.SECONDS)
        .execute(process::destroyForcibly);
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      String first = output.readLine();
      long elapsed = System.nanoTime() - begin;
      while (output.readLine() != null) {
        // The rest of the answer must not make the command wait.
      }
      if (process.waitFor() != 0 || first == null) {
        throw new WorkFailedException(
            name
                + ": "
                + String.join(" ", command)
                + " failed, printed nothing or took "
                + LIMIT_SECONDS
                + " s",
            null);
      }
      return elapsed;
    } finally {
      process.destroyForcibly();
    }
  }
}
