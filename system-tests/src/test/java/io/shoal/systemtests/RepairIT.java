package io.shoal.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.testing.Await;
import io.shoal.systemtests.Program.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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
  void nodeKilled_isRepairedUnattended_andItsReturnLeavesNoSurplus() throws Exception {
    assertThat(cluster.ok("fsck", "--verify"))
        .contains("files: " + FILES + " healthy, 0 under-replicated, 0 missing, 0 unreadable");
    cluster.kill("node-3");
    Await.until("fsck tells", LONG, () -> shoal("fsck").exitCode() == 9);
    Await.until("all is repaired", LONG, () -> shoal("fsck").exitCode() == 0);
    allIsThere("back");

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
  void admin_nonsense_isRefusedBeforeAnythingIsDone() throws Exception {
    assertThat(cluster.shoal("admin").exitCode()).isEqualTo(2);
    assertThat(cluster.shoal("admin", "destroy", "1").exitCode()).isEqualTo(2);
    Result unknown = cluster.shoal("admin", "decommission", "1", "77");
    assertThat(unknown.exitCode()).isEqualTo(3);
    assertThat(unknown.err()).contains("77");
    assertThat(cluster.ok("nodes")).doesNotContain("DECOMMISSION");
  }
}
