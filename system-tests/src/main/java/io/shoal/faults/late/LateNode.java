package io.shoal.faults.late;

import io.shoal.faults.bed.BadLine;
import io.shoal.faults.bed.Figures;
import io.shoal.faults.bed.Network;
import io.shoal.faults.bed.Programs;
import io.shoal.faults.bed.Server;
import io.shoal.faults.bed.TestBed;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Measures how long reads take while one of the three nodes that have the bytes answers 500 ms
 * late, and how long they take while it does not: in one run, by one client, with hedged reads and
 * without.
 */
public final class LateNode {
  private static final BadLine.Quality LATE = new BadLine.Quality(500, 0, 0);
  private static final BadLine.Quality GOOD = new BadLine.Quality(0, 0, 0);
  private static final int IN_FLIGHT = 4;

  private final TestBed bed;
  private final PrintStream out;

  /** Makes a measurement on a bed that runs. */
  public LateNode(TestBed bed, PrintStream out) {
    this.bed = bed;
    this.out = out;
  }

  /** Measures with hedged reads and without, and prints both. */
  public void measure(int warmUpSeconds) throws IOException, InterruptedException {
    for (int hedgePercent : new int[] {5, 0}) {
      measure(warmUpSeconds, hedgePercent);
    }
  }

  private void measure(int warmUpSeconds, int hedgePercent)
      throws IOException, InterruptedException {
    Server node = bed.nodes().get(0);
    Process reads =
        bed.startOnClient(
            LateReadsMain.class,
            List.of(
                bed.metadataServers(),
                Network.address(node.host()),
                Integer.toString(IN_FLIGHT),
                Integer.toString(hedgePercent),
                Integer.toString(warmUpSeconds)));
    try (BufferedReader answers =
            new BufferedReader(
                new InputStreamReader(reads.getInputStream(), StandardCharsets.UTF_8));
        Writer commands = new OutputStreamWriter(reads.getOutputStream(), StandardCharsets.UTF_8)) {
      Programs.awaitLine(answers, "ready");
      // The first one only warms up.
      measured(commands, answers);
      String before = measured(commands, answers);
      BadLine line = new BadLine(bed.network(), node.host(), LATE, GOOD);
      String late;
      try {
        late = measured(commands, answers);
      } finally {
        line.close();
      }
      String after = measured(commands, answers);
      out.printf("hedged: %d %%; healthy:  %s%n", hedgePercent, before);
      out.printf("hedged: %d %%; one late: %s%n", hedgePercent, late);
      out.printf("hedged: %d %%; healthy:  %s%n", hedgePercent, after);
      out.printf(
          "hedged: %d %%; p99 with a late node is %.1f times the healthy one%n",
          hedgePercent, (double) p99(late) / Math.min(p99(before), p99(after)));
    } finally {
      reads.destroyForcibly();
    }
  }

  private static String measured(Writer commands, BufferedReader answers) throws IOException {
    commands.write("measure\n");
    commands.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the reads ended; see logs/client.out");
    }
    return answer;
  }

  private static long p99(String line) {
    return Figures.parse(line).get("p99-us");
  }
}
