package io.shoal.faults.workload;

import io.shoal.client.ClientConfig;
import io.shoal.client.ShoalClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * A program that uses the cluster until it is told to stop, and writes down in a journal what it
 * does. Lines on its standard input: {@code resume}, {@code pause} (answered by {@code paused} when
 * no operation is under way), {@code stop}; the end of the input is as good as {@code stop}.
 */
public final class WorkloadMain {
  /** Longest time of a call to the metadata server, of a stall and of a connection attempt. */
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** Between two operations of a lane: the machine is to have time for the faults as well. */
  private static final Duration PAUSE = Duration.ofMillis(25);

  private static final System.Logger LOG = System.getLogger(WorkloadMain.class.getName());

  private final Executor pause =
      CompletableFuture.delayedExecutor(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
  private final List<Lane> lanes = new ArrayList<>();
  private final List<CompletableFuture<Void>> running = new ArrayList<>();
  private volatile boolean paused = true;

  private WorkloadMain() {}

  /**
   * Runs a worker.
   *
   * @param arguments metadata server, journal, directory in the cluster, lanes, seed, limit of each
   *     operation in seconds
   */
  public static void main(String[] arguments) throws Exception {
    ClientConfig config =
        ClientConfig.forCluster(arguments[0].split(",", -1))
            .withClientName("fault-matrix")
            .withLocalReads(false)
            .withTimeouts(TIMEOUT, TIMEOUT, Duration.ofSeconds(2))
            .withOperationTimeout(Duration.ofSeconds(Long.parseLong(arguments[5])));
    WorkloadMain workload = new WorkloadMain();
    try (ShoalClient client = ShoalClient.create(config);
        Journal journal = new Journal(Path.of(arguments[1]))) {
      SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[4]));
      for (int i = 0; i < Integer.parseInt(arguments[3]); i++) {
        workload.lanes.add(new Lane(client, journal, random.split(), arguments[2] + "/lane" + i));
      }
      awaitCluster(client, arguments[2]);
      workload.obey(journal);
    }
  }

  /**
   * Makes the worker's directory. On a machine that has much else to do a client may begin so
   * slowly that it gives its first connection up: that is not what is tested.
   */
  private static void awaitCluster(ShoalClient client, String directory)
      throws InterruptedException {
    for (int tries = 0; tries < 10; tries++) {
      try {
        client.mkdir(directory, true).get();
        return;
      } catch (ExecutionException notYet) {
        LOG.log(System.Logger.Level.INFO, "tries again", notYet);
      }
    }
  }

  private void obey(Journal journal) throws IOException {
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      switch (line) {
        case "resume" -> {
          paused = false;
          journal.workBegins();
          lanes.forEach(lane -> running.add(loop(lane)));
        }
        case "pause" -> {
          awaitPause();
          System.out.println("paused");
          System.out.flush();
        }
        case "stop" -> {
          awaitPause();
          return;
        }
        default -> throw new IOException("'" + line + "' (expected: resume, pause or stop)");
      }
    }
    awaitPause();
  }

  private CompletableFuture<Void> loop(Lane lane) {
    if (paused) {
      return CompletableFuture.completedFuture(null);
    }
    return lane.step().thenComposeAsync(nothing -> loop(lane), pause);
  }

  private void awaitPause() {
    paused = true;
    running.forEach(CompletableFuture::join);
    running.clear();
  }
}
