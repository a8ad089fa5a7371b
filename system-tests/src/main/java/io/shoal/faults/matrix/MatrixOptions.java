package io.shoal.faults.matrix;

import com.beust.jcommander.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Options of the command. */
public final class MatrixOptions {
  @Parameter(names = "--rows", description = "Only these rows, with commas between them")
  List<String> rows = new ArrayList<>();

  @Parameter(names = "--metadata", description = "How many metadata servers: 1, 3 or 5")
  int metadata = 1;

  @Parameter(
      names = "--minutes",
      description = "Go over the rows again and again for so long; 0: once")
  int minutes;

  @Parameter(names = "--fault-seconds", description = "About how long a fault lasts")
  int faultSeconds = 5;

  @Parameter(names = "--health-seconds", description = "Until all replicas must be there again")
  int healthSeconds = 90;

  @Parameter(
      names = "--seed",
      description = "Draws which nodes, when and what; printed if not given")
  long seed = ThreadLocalRandom.current().nextLong(1_000_000);

  @Parameter(
      names = "--distribution",
      description = "The built Shoal that is tested",
      required = true)
  Path distribution = Path.of("");

  @Parameter(names = "--dir", description = "Where data, logs and journals go, and stay")
  Path directory = Path.of("");

  @Parameter(names = "--table", description = "File for the table of results")
  Path table = Path.of("");

  @Parameter(
      names = "--late-node",
      description = "Run no rows; measure reads while one node answers 500 ms late")
  boolean lateNode;

  @Parameter(
      names = "--leader-faults",
      description =
          "Run no rows; kill the leader, let it stand still or cut it off every 20 s for --minutes,"
              + " and judge whether what clients saw is linearizable")
  boolean leaderFaults;

  @Parameter(names = "--list", description = "Tell the rows and end")
  boolean list;

  int minutes() {
    return Math.max(1, minutes);
  }

  @Parameter(
      names = {"--help", "-h"},
      help = true,
      description = "Tell the options and end")
  boolean help;
}
