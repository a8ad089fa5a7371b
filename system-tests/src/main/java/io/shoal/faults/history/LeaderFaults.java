package io.shoal.faults.history;

import io.shoal.faults.bed.Programs;
import io.shoal.faults.bed.Server;
import io.shoal.faults.bed.TestBed;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Kills or suspends the leader again and again while clients work on the same files, and judges
 * what they saw: every operation has to come to its end, and all of them have to be linearizable.
 */
public final class LeaderFaults {
  private static final int CLIENTS = 8;
  private static final int FILES = 4;
  private static final int PERIOD_SECONDS = 20;
  private static final int AWAY_SECONDS = 5;

  private final TestBed bed;
  private final PrintStream out;

  /** Makes a run on a bed that runs. */
  public LeaderFaults(TestBed bed, PrintStream out) {
    this.bed = bed;
    this.out = out;
  }

  /**
   * Runs, and prints what came of it.
   *
   * @param file for the history
   * @return whether nothing failed and nothing was violated
   */
  public boolean run(Path file, int minutes) throws IOException, InterruptedException {
    Process clients =
        bed.startOnClient(
            HistoryMain.class,
            List.of(
                bed.metadataServers(),
                file.toString(),
                "/history",
                Integer.toString(CLIENTS),
                Integer.toString(FILES),
                Long.toString(bed.random().nextLong()),
                Integer.toString(TestBed.LIMIT_SECONDS)));
    List<Long> faults = new ArrayList<>();
    String failures;
    try (BufferedReader answers =
        new BufferedReader(
            new InputStreamReader(clients.getInputStream(), StandardCharsets.UTF_8))) {
      Programs.awaitLine(answers, "ready");
      long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(minutes);
      while (System.nanoTime() - end < 0) {
        TimeUnit.SECONDS.sleep(PERIOD_SECONDS - AWAY_SECONDS);
        faults.add(System.nanoTime());
        disturb(bed.leader());
      }
      clients.getOutputStream().close();
      failures = answers.readLine();
    } finally {
      clients.destroyForcibly();
    }
    if (failures == null) {
      throw new IOException("the clients ended; see logs/client.out");
    }
    List<Operation> history;
    try (var lines = Files.lines(file)) {
      history = lines.map(Operation::parse).toList();
    }
    return judge(history, faults, failures);
  }

  private void disturb(Server leader) throws IOException, InterruptedException {
    if (bed.random().nextBoolean()) {
      leader.kill();
      TimeUnit.SECONDS.sleep(AWAY_SECONDS);
      leader.start();
      return;
    }
    leader.suspend();
    try {
      TimeUnit.SECONDS.sleep(AWAY_SECONDS);
    } finally {
      leader.resume();
    }
  }

  private boolean judge(List<Operation> history, List<Long> faults, String failures) {
    long[] stalls = stalls(history, faults);
    long unknown = history.stream().filter(operation -> !operation.isKnown()).count();
    List<String> violations = Linearizability.violations(history);
    violations.forEach(out::println);
    out.printf(
        "%d operations of %d clients on %d files, %d without outcome, %s%n",
        history.size(), CLIENTS, FILES, unknown, failures);
    out.printf(
        "%d times the leader was killed or stood still; longest operation each time: median %.1f s,"
            + " worst %.1f s%n",
        faults.size(), stalls[stalls.length / 2] / 1e9, stalls[stalls.length - 1] / 1e9);
    out.printf("files that are not linearizable: %d%n", violations.size());
    return violations.isEmpty() && unknown == 0;
  }

  /** Returns the longest operation that was under way behind each fault, sorted. */
  private static long[] stalls(List<Operation> history, List<Long> faults) {
    long[] stalls = new long[faults.size()];
    for (int i = 0; i < stalls.length; i++) {
      long from = faults.get(i);
      long to = from + TimeUnit.SECONDS.toNanos(PERIOD_SECONDS - AWAY_SECONDS);
      stalls[i] =
          history.stream()
              .filter(Operation::isKnown)
              .filter(operation -> operation.endNanos() > from && operation.beginNanos() < to)
              .mapToLong(operation -> operation.endNanos() - operation.beginNanos())
              .max()
              .orElse(0);
    }
    Arrays.sort(stalls);
    return stalls;
  }
}
