package io.shoal.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.testing.Await;
import io.shoal.systemtests.Program.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees while replicas are lost and come back. */
class RepairIT {
  private static final int FILES = 40;
  private static final Duration LONG = Duration.ofSeconds(90);

  @TempDir private Path directory;
  private SystemCluster cluster;
  private Path tree;

  @BeforeEach
  void startCluster() throws IOException, InterruptedException {
    cluster =
        SystemCluster.start(
            directory.resolve("cluster"),
            "--nodes",
            "4",
            "--set",
            "metadata.file.chunk-size=1MiB",
            "--set",
            "metadata.node.heartbeat-interval=200ms",
            "--set",
            "metadata.node.suspect-after=2s",
            "--set",
            "metadata.node.dead-after=5s",
            "--set",
            "metadata.grant.lifetime=5s",
            "--set",
            "metadata.repair.interval=200ms",
            "--set",
            "node.scrub.period=2s",
            "--set",
            "node.scrub.bytes-per-second=1GiB");
    tree = directory.resolve("tree");
    for (int i = 0; i < FILES; i++) {
      Path below = Files.createDirectories(tree.resolve("d" + i % 3));
      Data.random(below.resolve("f" + i), i % 5 == 0 ? 2_500_000 : 7_000, i);
    }
    cluster.ok("put", "-r", tree.toString(), "/tree");
  }

  @AfterEach
  void stopCluster() throws IOException {
    cluster.close();
  }

  private Result shoal(String... words) {
    try {
      return cluster.shoal(words);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void allIsThere(String back) throws Exception {
    cluster.ok("get", "-r", "/tree", directory.resolve(back).toString());
    Data.assertSameTree(tree, directory.resolve(back));
  }

  @Test
  void nodesKilled_areRepairedUnattended_whileThatIsPossible_andTheirReturnLeavesNoSurplus()
      throws Exception {
    assertThat(cluster.ok("fsck", "--verify"))
        .contains("files: " + FILES + " healthy, 0 under-replicated, 0 missing, 0 unreadable");
    cluster.kill("node-3");
    Await.until("it is dead", LONG, () -> shoal("nodes").out().contains(" DEAD "));
    Await.until("all is repaired", LONG, () -> shoal("fsck", "--verify").exitCode() == 0);
    allIsThere("back");

    // Two nodes can't have three copies.
    cluster.kill("node-4");
    Await.until("fsck tells", LONG, () -> shoal("fsck").exitCode() == 9);
    allIsThere("from two");

    assertThat(cluster.cluster("start").exitCode()).isZero();
    Await.until(
        "the surplus is gone",
        LONG,
        () -> {
          String report = shoal("fsck").out();
          return report.contains(
              "0 without a copy that counts, 0 with too few, 0 with some to spare");
        });
    allIsThere("again");
  }

  @Test
  void decommission_emptiesANode_andFilesStayWhole() throws Exception {
    String address =
        cluster.ok("nodes").lines().filter(line -> line.startsWith("2 ")).findAny().orElseThrow();
    assertThat(address).contains("ALIVE");
    cluster.ok("admin", "decommission", "2");
    assertThat(cluster.ok("nodes")).contains("DECOMMISSIONING");
    Await.until(
        "the node is let go", LONG, () -> shoal("nodes").out().contains(" DECOMMISSIONED "));
    assertThat(cluster.ok("fsck", "--verify")).contains("0 with too few, 0 with some to spare");
    allIsThere("back");
    Result few = cluster.shoal("admin", "decommission", "1");
    assertThat(few.exitCode()).isZero();
    assertThat(few.err()).contains("active nodes that are left: 2");
    cluster.ok("admin", "recommission", "1", "2");
    Await.until("all is well", LONG, () -> shoal("fsck").exitCode() == 0);
    assertThat(cluster.ok("nodes")).doesNotContain("DECOMMISSION");
  }

  @Test
  @Tag("long")
  void volumes_areAddedAndTakenOut_whileTheirNodeRuns_andFilesStayWhole() throws Exception {
    String status = cluster.cluster("status").out();
    Path first = cluster.directory().resolve("data/node-3/volume-1");
    Path added = cluster.directory().resolve("data/node-3/volume-2");
    assertThat(setVolumes("node-3", "2").err()).contains("uses " + added);
    Await.until("the volume is there", LONG, () -> shoal("df").out().contains(added.toString()));
    assertThat(cluster.ok("fsck")).contains("0 with too few");
    assertThat(setVolumes("node-3", added.toString()).err()).contains("no longer uses " + first);
    Await.until("one is gone", LONG, () -> !shoal("df").out().contains(first.toString()));
    Await.until("all is repaired", LONG, () -> shoal("fsck", "--verify").exitCode() == 0);
    allIsThere("back");
    assertThat(setVolumes("node-3", added.toString()).err()).contains("already");

    Path foreign = Files.createDirectories(directory.resolve("foreign"));
    Files.writeString(foreign.resolve("thesis.txt"), "mine");
    Result refused = setVolumes("node-3", added + "," + foreign);
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err()).contains("thesis.txt");
    assertThat(cluster.cluster("reload", "metadata-1").exitCode()).isEqualTo(2);
    assertThat(cluster.cluster("status").out()).as("the same processes").isEqualTo(status);
    assertThat(cluster.ok("fsck", "--verify")).contains("0 with too few");
  }

  /** Alters a line of the file that says what the cluster consists of, and says so. */
  private Result setVolumes(String node, String volumes) throws Exception {
    Path members = cluster.directory().resolve("members");
    List<String> lines =
        Files.readAllLines(members).stream()
            .map(
                line ->
                    line.startsWith(node + " ")
                        ? line.replaceAll("volumes=\\S+", "volumes=" + volumes)
                        : line)
            .toList();
    Files.write(members, lines);
    return cluster.cluster("reload", node);
  }

  /** In every build: testkit's {@code MaintenanceTest}. */
  @Test
  @Tag("long")
  void maintenance_nodeIsSwitchedOffForAWhile_andNothingIsCopied() throws Exception {
    String node = nodes().filter(line -> line.startsWith("{\"node\":1,")).findAny().orElseThrow();
    String address = find("\"address\":\"([^\"]*)\"", node);
    assertThat(cluster.ok("admin", "maintenance", address, "--for", "30m"))
        .contains("node 1 at " + address + " may be switched off for ");
    assertThat(cluster.ok("nodes")).contains(" MAINTENANCE ", "(may be switched off, ");
    List<String> before = replicas();
    cluster.kill(processAt(address));
    Await.until(
        "it is silent for longer than others may be",
        LONG,
        () ->
            nodes()
                .filter(line -> line.contains(address))
                .anyMatch(line -> Long.parseLong(find("\"silentMillis\":(\\d+)", line)) > 8_000));
    assertThat(cluster.ok("nodes")).contains(" MAINTENANCE ").doesNotContain("DEAD");
    assertThat(replicas()).isEqualTo(before);
    allIsThere("back");

    assertThat(cluster.cluster("start").exitCode()).isZero();
    cluster.ok("admin", "recommission", "1");
    assertThat(cluster.ok("nodes")).doesNotContain("MAINTENANCE");
    assertThat(replicas()).isEqualTo(before);
    assertThat(cluster.ok("fsck", "--verify")).contains("0 with too few, 0 with some to spare");
  }

  /** In every build: testkit's {@code RebalanceTest}. */
  @Test
  @Tag("long")
  void rebalance_newNodeGetsItsShare() throws Exception {
    assertThat(cluster.ok("admin", "rebalance", "--status")).contains("none since");
    assertThat(cluster.ok("admin", "rebalance", "--threshold", "100")).contains("BALANCED");
    assertThat(cluster.cluster("start", "--nodes", "5").exitCode()).isZero();
    Await.until(
        "the new node takes part",
        LONG,
        () -> shoal("admin", "rebalance", "--status", "--json").out().contains("{\"node\":5,"));
    double mean = Double.parseDouble(find("\"meanUsedPercent\":([^,]*)", rebalance("--status")));
    String threshold = BigDecimal.valueOf(mean / 4).setScale(4, RoundingMode.UP).toPlainString();
    String ended = rebalance("--threshold", threshold, "--wait");
    assertThat(ended).contains("\"state\":\"BALANCED\"", "\"movingReplicas\":0");
    assertThat(Long.parseLong(find("\"movedReplicas\":(\\d+)", ended))).isPositive();
    assertThat(cluster.ok("fsck", "--verify")).contains("0 with too few, 0 with some to spare");
    allIsThere("back");
  }

  private String rebalance(String... options) throws Exception {
    List<String> words = new ArrayList<>(List.of("admin", "rebalance", "--json"));
    words.addAll(List.of(options));
    return cluster.ok(words.toArray(String[]::new));
  }

  private Stream<String> nodes() {
    return shoal("nodes", "--json").out().lines();
  }

  /** Returns how many replicas count on each node. */
  private List<String> replicas() {
    return nodes().map(line -> find("\"replicas\":(\\d+)", line)).toList();
  }

  /** Nodes have other numbers than their processes. */
  private String processAt(String address) throws IOException {
    String port = address.substring(address.indexOf(':') + 1);
    return Files.readAllLines(cluster.directory().resolve("members")).stream()
        .filter(line -> line.contains(" " + port + " "))
        .map(line -> line.substring(0, line.indexOf(' ')))
        .findAny()
        .orElseThrow();
  }

  private static String find(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as("%s in: %s", pattern, text).isTrue();
    return matcher.group(1);
  }

  @Test
  @Tag("long")
  void chunksAreDamagedAndDeletedOnOneNode_scrubberFindsThemAll() throws Exception {
    List<Path> touched = damage(cluster.directory().resolve("data").resolve("node-1"));
    assertThat(touched).isNotEmpty();
    allIsThere("back");
    // File names are never used again: what is left of the damaged ones goes when there are others.
    Await.until(
        "the damaged files are gone", LONG, () -> touched.stream().noneMatch(Files::exists));
    Await.until(
        "all is well",
        LONG,
        () -> shoal("fsck").out().contains("0 with too few, 0 with some to spare"));
    cluster.ok("fsck", "--verify");
    allIsThere("again");
  }

  /** Every file of a chunk gets a wrong byte, or goes. */
  private static List<Path> damage(Path node) throws IOException {
    List<Path> touched = new ArrayList<>();
    try (Stream<Path> files = Files.walk(node)) {
      List<Path> chunks =
          files
              .filter(path -> path.toString().contains("/chunks/"))
              .filter(Files::isRegularFile)
              .toList();
      for (Path chunk : chunks) {
        touched.add(chunk);
        if (touched.size() % 2 == 0) {
          Files.delete(chunk);
        } else {
          byte[] bytes = Files.readAllBytes(chunk);
          bytes[bytes.length / 2] ^= 1;
          Files.write(chunk, bytes);
        }
      }
    }
    return touched;
  }

  @Test
  @Tag("long")
  void admin_nonsense_isRefusedBeforeAnythingIsDone() throws Exception {
    assertThat(cluster.shoal("admin").exitCode()).isEqualTo(2);
    assertThat(cluster.shoal("admin", "destroy", "1").exitCode()).isEqualTo(2);
    Result unknown = cluster.shoal("admin", "decommission", "1", "77");
    assertThat(unknown.exitCode()).isEqualTo(3);
    assertThat(unknown.err()).contains("77");
    assertThat(cluster.ok("nodes")).doesNotContain("DECOMMISSION");
    assertThat(cluster.shoal("admin", "maintenance", "77").exitCode()).isEqualTo(3);
    for (String words :
        List.of(
            "maintenance",
            "maintenance 1 --for 0",
            "maintenance 1 --for 2d",
            "maintenance 1 --for soon",
            "maintenance 1 --wait",
            "recommission 1 --for 3m",
            "rebalance 1",
            "rebalance --for 3m",
            "rebalance --threshold 0",
            "rebalance --threshold 101",
            "rebalance --threshold much",
            "rebalance --status --stop",
            "rebalance --stop --wait")) {
      Result refused = cluster.shoal(("admin " + words).split(" "));
      assertThat(refused.exitCode()).as(words).isEqualTo(2);
      assertThat(refused.err()).as(words).startsWith("shoal");
    }
    assertThat(cluster.ok("nodes")).doesNotContain("MAINTENANCE");
    assertThat(cluster.ok("admin", "rebalance", "--status")).contains("none since");
  }
}
