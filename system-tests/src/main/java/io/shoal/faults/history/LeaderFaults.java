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
 * Disturbs the leader again and again while clients on two hosts work on the same files, and judges
 * what they saw: every operation has to come to its end, and all of them have to be linearizable.
 */
public final class LeaderFaults {
  private static final int HOSTS = 2;
  private static final int CLIENTS_OF_A_HOST = 6;
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
   * @param directory for the histories
   * @return whether nothing failed and nothing was violated
   */
  public boolean run(Path directory, int minutes) throws IOException, InterruptedException {
    List<Process> clients = new ArrayList<>();
    List<BufferedReader> answers = new ArrayList<>();
    List<Long> faults = new ArrayList<>();
    List<Operation> history = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    try {
      for (int i = 0; i < HOSTS; i++) {
        List<String> arguments = arguments(directory, i);
        clients.add(
            i == 0
                ? bed.startOnClient(HistoryMain.class, arguments)
                : bed.startOnOtherClient(HistoryMain.class, arguments));
        answers.add(
            new BufferedReader(
                new InputStreamReader(clients.get(i).getInputStream(), StandardCharsets.UTF_8)));
        Programs.awaitLine(answers.get(i), "ready");
      }
      long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(minutes);
      while (System.nanoTime() - end < 0) {
        TimeUnit.SECONDS.sleep(PERIOD_SECONDS - AWAY_SECONDS);
        faults.add(System.nanoTime());
        disturb(faults.size());
      }
      for (int i = 0; i < HOSTS; i++) {
        clients.get(i).getOutputStream().close();
        String told = answers.get(i).readLine();
        if (told == null) {
          throw new IOException("the clients ended; see logs/client.out");
        }
        failures.add(told);
        try (var lines = Files.lines(history(directory, i))) {
          lines.map(Operation::parse).forEach(history::add);
        }
      }
    } finally {
      clients.forEach(Process::destroyForcibly);
    }
    return judge(history, faults, failures);
  }

  private List<String> arguments(Path directory, int host) {
    return List.of(
        bed.metadataServers(),
        history(directory, host).toString(),
        "/history",
        Integer.toString(CLIENTS_OF_A_HOST),
        Integer.toString(FILES),
        Long.toString(bed.random().nextLong()),
        Integer.toString(TestBed.LIMIT_SECONDS),
        Integer.toString(host * CLIENTS_OF_A_HOST));
  }

  private static Path history(Path directory, int host) {
    return directory.resolve("history-" + host);
  }

  private void disturb(int number) throws IOException, InterruptedException {
    switch (number % 3) {
      case 0 -> {
        Server leader = bed.leader();
        leader.kill();
        TimeUnit.SECONDS.sleep(AWAY_SECONDS);
        leader.start();
      }
      case 1 -> {
        Server leader = bed.leader();
        leader.suspend();
        try {
          TimeUnit.SECONDS.sleep(AWAY_SECONDS);
        } finally {
          leader.resume();
        }
      }
      default -> {
        bed.cutLeaderFromMajority();
        try {
          TimeUnit.SECONDS.sleep(AWAY_SECONDS);
        } finally {
          bed.network().heal();
        }
      }
    }
  }

  private boolean judge(List<Operation> history, List<Long> faults, List<String> failures) {
    long[] stalls = stalls(history, faults);
    long unknown = history.stream().filter(operation -> !operation.isKnown()).count();
    List<String> violations = Linearizability.violations(history);
    violations.forEach(violation -> out.println("  " + violation));
    if (unknown > 0) {
      out.printf("  operations without an outcome: %d%n", unknown);
    }
    out.printf(
        "%d operations of %d clients on %d files, %s%n",
        history.size(), HOSTS * CLIENTS_OF_A_HOST, FILES, failures);
    out.printf(
        "%d times the leader was killed, stood still or was cut off; longest operation each time:"
            + " median %.1f s, worst %.1f s%n",
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
