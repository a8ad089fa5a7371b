package io.shoal.faults.check;

import io.shoal.client.ClientConfig;
import io.shoal.client.ClusterHealth;
import io.shoal.client.DirectoryPage;
import io.shoal.client.FileLayout;
import io.shoal.client.NodeStatus;
import io.shoal.client.ShoalClient;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.faults.check.Expectations.Renamed;
import io.shoal.faults.check.Expectations.State;
import io.shoal.faults.workload.Content;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The checker: waits until all nodes are back and all chunks have as many replicas as they should,
 * then compares everything that is in the system with the journals. While it runs nothing else
 * happens, so all of its own operations have to succeed.
 *
 * <p>Prints a line for each violation and one with figures at the end; exit code 1 if there is a
 * violation.
 */
public final class CheckMain {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int IN_FLIGHT = 8;
  private static final int PAGE = 1_000;

  private final ShoalClient client;
  private final Expectations expected;
  private final List<String> violations = new ArrayList<>();

  private long files;
  private long bytes;
  private long replicas;
  private long absent;

  private CheckMain(ShoalClient client, Expectations expected) {
    this.client = client;
    this.expected = expected;
  }

  /**
   * Checks.
   *
   * @param arguments metadata server, nodes that have to be alive, seconds until everything has to
   *     be as it should, limit of operations in seconds, file of what earlier checks found, and the
   *     journals; an exclamation mark behind the name of a journal says that its worker was killed
   */
  public static void main(String[] arguments) throws Exception {
    long limitMicros = TimeUnit.SECONDS.toMicros(Long.parseLong(arguments[3]) + 1);
    Expectations expected = new Expectations(limitMicros);
    for (int i = 5; i < arguments.length; i++) {
      boolean killed = arguments[i].endsWith("!");
      String name = arguments[i].substring(0, arguments[i].length() - (killed ? 1 : 0));
      expected.read(Path.of(name), killed);
    }
    Path observed = Path.of(arguments[4]);
    expected.observed(observed);
    ClientConfig config =
        ClientConfig.forCluster(arguments[0].split(",", -1))
            .withClientName("fault-matrix-check")
            .withLocalReads(false)
            .withOperationTimeout(LIMIT);
    CheckMain check;
    try (ShoalClient client = ShoalClient.create(config)) {
      check = new CheckMain(client, expected);
      check.violations.addAll(expected.violations());
      long began = System.nanoTime();
      check.awaitHealth(Integer.parseInt(arguments[1]), Long.parseLong(arguments[2]));
      long healthyMillis = (System.nanoTime() - began) / 1_000_000;
      check.compare(observed);
      check.violations.forEach(violation -> System.out.println("violation: " + violation));
      System.out.println("failures " + expected.failures());
      System.out.printf(
          "checked acknowledged=%d failed=%d slowest-ms=%d healthy-ms=%d files=%d bytes=%d"
              + " replicas=%d absent=%d violations=%d%n",
          expected.acknowledged(),
          expected.failed(),
          expected.slowestMicros() / 1_000,
          healthyMillis,
          check.files,
          check.bytes,
          check.replicas,
          check.absent,
          check.violations.size());
    }
    System.exit(check.violations.isEmpty() ? 0 : 1);
  }

  // --------------------------------------------------------------------------------------- health

  private void awaitHealth(int nodes, long seconds) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    String wrong = "nothing was asked yet";
    while (System.nanoTime() - end < 0) {
      try {
        wrong = whatIsWrong(nodes);
      } catch (ShoalException failure) {
        wrong = failure.toString();
      }
      if (wrong.isEmpty()) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    violations.add("not as it should be after " + seconds + " s: " + wrong);
  }

  private String whatIsWrong(int expectedNodes) throws InterruptedException {
    List<NodeStatus> nodes = await(client.nodes());
    long alive =
        nodes.stream().filter(node -> node.liveness() == NodeStatus.Liveness.ALIVE).count();
    if (alive != expectedNodes) {
      return "nodes alive: " + alive + " (expected: " + expectedNodes + ")";
    }
    for (NodeStatus node : nodes) {
      if (node.liveness() == NodeStatus.Liveness.DEAD && node.state() == NodeStatus.State.ACTIVE) {
        // Its volumes were replaced, so that it is another node by now: an operator lets it go.
        await(client.setNodeState(node.nodeId(), NodeStatus.State.DECOMMISSIONING));
      }
    }
    for (NodeStatus node : nodes) {
      for (NodeStatus.VolumeStatus volume : node.volumes()) {
        // A node whose volumes were all replaced is a new one, and the old one stays dead.
        if (node.liveness() == NodeStatus.Liveness.ALIVE && !volume.health().equals("healthy")) {
          return "volume "
              + volume.directory()
              + " is "
              + volume.health()
              + ": "
              + volume.fenceReason();
        }
      }
    }
    ClusterHealth health = await(client.health());
    boolean well =
        health.complete()
            && health.missing() == 0
            && health.underReplicated() == 0
            && health.surplus() == 0;
    return well ? "" : health.toString();
  }

  private static <T> T await(CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get(LIMIT.toSeconds() + 5, TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      throw ShoalException.of(failed);
    } catch (TimeoutException late) {
      throw new ShoalException(ErrorCode.DEADLINE_EXCEEDED, "", "the checker's operation hangs");
    }
  }

  // -------------------------------------------------------------------------------------- content

  private void compare(Path observed) throws Exception {
    Map<String, Long> listed = list();
    Map<String, State> found = new HashMap<>();
    List<CompletableFuture<Void>> underWay = new ArrayList<>();
    try (ReplicaReads reads = new ReplicaReads()) {
      for (Map.Entry<String, Set<State>> path : expected.states().entrySet()) {
        Long length = listed.remove(path.getKey());
        State state = match(path.getKey(), length, path.getValue());
        if (state == null) {
          continue;
        }
        found.put(path.getKey(), state);
        if (!path.getValue().equals(Set.of(state))) {
          note(observed, path.getKey(), state);
        }
        if (!state.isFile()) {
          absent++;
          continue;
        }
        underWay.add(compareFile(path.getKey(), state));
        underWay.add(compareReplicas(reads, path.getKey(), state));
        if (underWay.size() >= IN_FLIGHT) {
          awaitAll(underWay);
        }
      }
      awaitAll(underWay);
    }
    listed.keySet().forEach(path -> violations.add(path + " is listed, and nobody made it"));
    for (Renamed pair : expected.renamed()) {
      State from = found.getOrDefault(pair.from(), State.ABSENT);
      State to = found.getOrDefault(pair.to(), State.ABSENT);
      if (from.isFile() && to.isFile()) {
        violations.add(pair + ": both are there");
      }
    }
  }

  private static void note(Path observed, String path, State state) throws IOException {
    Files.writeString(
        observed,
        path + "\t" + state.seed() + "\t" + state.length() + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /** Finds which of the possible states a listing shows. */
  private @Nullable State match(String path, @Nullable Long length, Set<State> possible)
      throws InterruptedException {
    if (length == null) {
      if (possible.contains(State.ABSENT)) {
        return State.ABSENT;
      }
      violations.add(path + " is not there (expected: " + possible + ")");
      return null;
    }
    List<State> fitting =
        possible.stream()
            .filter(state -> state.allows(length))
            .map(state -> State.exactly(state.seed(), Math.toIntExact(length)))
            .distinct()
            .toList();
    if (fitting.isEmpty()) {
      violations.add(path + " has " + length + " bytes (expected: " + possible + ")");
      return null;
    }
    if (fitting.size() == 1) {
      return fitting.get(0);
    }
    ByteBuffer content = await(client.get(path, Math.toIntExact(length)));
    for (State state : fitting) {
      if (Content.mismatch(state.seed(), 0, content) < 0) {
        return state;
      }
    }
    violations.add(path + " has other bytes than any of " + fitting);
    return null;
  }

  private Map<String, Long> list() throws InterruptedException {
    Map<String, Long> listed = new HashMap<>();
    for (String directory : expected.directories()) {
      try {
        list(directory, listed);
      } catch (ShoalException failure) {
        violations.add(directory + " can't be listed: " + failure);
      }
    }
    return listed;
  }

  private void list(String directory, Map<String, Long> listed) throws InterruptedException {
    String after = "";
    boolean more = true;
    while (more) {
      DirectoryPage page = await(client.listPage(directory, after, PAGE));
      page.entries().forEach(entry -> listed.put(entry.status().path(), entry.status().length()));
      more = !page.complete();
      if (more) {
        after = page.entries().get(page.entries().size() - 1).name();
      }
    }
  }

  private CompletableFuture<Void> compareFile(String path, State state) {
    return client
        .get(path, state.length())
        .thenAccept(
            content -> {
              report(path, "", state, 0, content);
              synchronized (this) {
                files++;
                bytes += content.remaining();
              }
            })
        .exceptionally(failure -> violated(path + " can't be read: " + causeOf(failure)));
  }

  private CompletableFuture<Void> compareReplicas(ReplicaReads reads, String path, State state) {
    return client
        .layout(path)
        .thenCompose(
            layout -> {
              List<CompletableFuture<Void>> all = new ArrayList<>();
              for (FileLayout.ExtentLocation extent : layout.extents()) {
                Set<Integer> nodes = new HashSet<>();
                for (FileLayout.ReplicaLocation replica : extent.replicas()) {
                  nodes.add(replica.nodeId());
                  all.add(compareReplica(reads, path, state, extent, replica));
                }
                if (nodes.size() != extent.wantedCopies()) {
                  violated(
                      path
                          + " has replicas on "
                          + nodes
                          + " (expected: "
                          + extent.wantedCopies()
                          + ")");
                }
              }
              return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
            })
        .exceptionally(failure -> violated(path + " can't be located: " + causeOf(failure)));
  }

  private CompletableFuture<Void> compareReplica(
      ReplicaReads reads,
      String path,
      State state,
      FileLayout.ExtentLocation extent,
      FileLayout.ReplicaLocation replica) {
    String where = " on node " + replica.nodeId();
    return reads
        .read(
            replica.nodeId(),
            replica.address(),
            extent.chunkId(),
            extent.chunkOffset(),
            extent.length())
        .thenAccept(
            content -> {
              report(path, where, state, Math.toIntExact(extent.fileOffset()), content);
              synchronized (this) {
                replicas++;
              }
            })
        .exceptionally(failure -> violated(path + where + " can't be read: " + causeOf(failure)));
  }

  private void report(String path, String where, State state, int begin, ByteBuffer content) {
    int at = Content.mismatch(state.seed(), begin, content);
    if (at >= 0) {
      violated(path + where + " differs at byte " + at + " from what was acknowledged");
    }
  }

  private synchronized @Nullable Void violated(String what) {
    violations.add(what);
    return null;
  }

  private static Throwable causeOf(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }

  private static void awaitAll(List<CompletableFuture<Void>> underWay) throws InterruptedException {
    for (CompletableFuture<Void> each : underWay) {
      await(each);
    }
    underWay.clear();
  }
}
