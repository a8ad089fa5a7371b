package io.shoal.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.NodeStatus;
import io.shoal.client.NodeStatus.VolumeStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.RebalanceStatus;
import io.shoal.client.RebalanceStatus.NodeFullness;
import io.shoal.client.RebalanceStatus.State;
import io.shoal.client.ShoalClient;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.testing.Await;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * New nodes get their share. All nodes of a test are on one disk, of which the chunks are a tiny
 * part: thresholds are told as parts of the mean.
 */
class RebalanceTest {
  private static final int CHUNK = 1 << 20;
  private static final int FILES = 45;
  private static final Duration LONG = Duration.ofMinutes(2);

  @TempDir private Path directory;

  private EmbeddedCluster.Builder cluster() {
    return EmbeddedCluster.in(directory)
        .nodes(3)
        .metadata("node.dead-after=3s")
        .metadata("repair.interval=100ms");
  }

  private static void put(ShoalClient client) {
    List<CompletableFuture<?>> puts = new ArrayList<>();
    for (int i = 0; i < FILES; i++) {
      puts.add(client.put(content(i), "/f" + i, PutOptions.DEFAULT));
    }
    puts.forEach(put -> Await.result(put, LONG));
  }

  private static ByteBuffer content(int file) {
    return Bytes.random(file % 3 == 0 ? 2 * CHUNK + 17 : 9_000, file);
  }

  private static void readAll(ShoalClient client) {
    for (int i = 0; i < FILES; i++) {
      assertThat(Await.result(client.get("/f" + i, 3 * CHUNK), LONG)).isEqualTo(content(i));
    }
  }

  private static int fewestCopies(ShoalClient client) {
    int fewest = Integer.MAX_VALUE;
    for (int i = 0; i < FILES; i++) {
      fewest = Math.min(fewest, Await.result(client.layout("/f" + i)).fewestCopies());
    }
    return fewest;
  }

  private static RebalanceStatus status(ShoalClient client) {
    return Await.result(client.rebalance());
  }

  /** Waits until all nodes have told what they hold, and begins. */
  private static double begin(ShoalClient client, int nodes) {
    Await.until(
        "all nodes take part",
        LONG,
        () ->
            status(client).nodes().size() == nodes
                && status(client).nodes().stream().filter(node -> node.usedBytes() > 0).count()
                    >= 3);
    double threshold = Math.max(0.0001, status(client).meanUsedPercent() / 5);
    RebalanceStatus begun = Await.result(client.startRebalance(threshold));
    assertThat(begun.state()).isEqualTo(State.RUNNING);
    return threshold;
  }

  private static long used(ShoalClient client, int number) {
    NodeStatus node =
        Await.result(client.nodes()).stream()
            .filter(one -> one.nodeId() == number)
            .findAny()
            .orElseThrow();
    return node.volumes().stream().mapToLong(VolumeStatus::usedBytes).sum();
  }

  private static void assertWithin(RebalanceStatus ended, double threshold) {
    for (NodeFullness node : ended.nodes()) {
      assertThat(node.usedPercent())
          .as("node %s", node.nodeId())
          .isBetween(
              ended.meanUsedPercent() - 1.1 * threshold, ended.meanUsedPercent() + 1.1 * threshold);
    }
  }

  @Test
  void emptyNodeIsAdded_getsItsShare_andNothingIsMissingMeanwhile() {
    try (EmbeddedCluster cluster = cluster().metadata("repair.bytes-per-second=16MiB").start();
        ShoalClient client = cluster.newClient()) {
      put(client);
      cluster.startNode(4);
      double threshold = begin(client, 4);
      Await.until(
          "it ends",
          LONG,
          () -> {
            assertThat(Await.result(client.health()).underReplicated()).isZero();
            assertThat(Await.result(client.health()).missing()).isZero();
            return !status(client).state().lasts();
          });
      RebalanceStatus ended = status(client);
      assertThat(ended.state()).isEqualTo(State.BALANCED);
      assertWithin(ended, threshold);
      assertThat(ended.movedReplicas()).isPositive();
      assertThat(ended.movedBytes()).isPositive().isEqualTo(used(client, 4));
      assertThat(ended.elapsed()).isPositive();
      assertThat(Await.result(client.health()).surplus()).isZero();
      assertThat(fewestCopies(client)).isEqualTo(3);
      readAll(client);
    }
  }

  @Test
  void newNodeIsKilledInTheMiddle_theOtherOneIsFilled_andNothingIsLost() {
    try (EmbeddedCluster cluster = cluster().metadata("repair.bytes-per-second=6MiB").start();
        ShoalClient client = cluster.newClient()) {
      put(client);
      cluster.startNode(4);
      cluster.startNode(5);
      double threshold = begin(client, 5);
      Await.until("it has begun", LONG, () -> status(client).movedReplicas() > 3);
      cluster.stopNode(4);
      Await.until("it ends", LONG, () -> !status(client).state().lasts());
      RebalanceStatus ended = status(client);
      assertThat(ended.state()).isEqualTo(State.BALANCED);
      assertThat(ended.nodes()).extracting(NodeFullness::nodeId).containsExactly(1, 2, 3, 5);
      assertWithin(ended, threshold);
      assertThat(fewestCopies(client)).isEqualTo(3);
      readAll(client);
    }
  }

  @Test
  @Tag("long")
  void fullNodeIsKilledInTheMiddle_nothingIsLost() {
    try (EmbeddedCluster cluster = cluster().metadata("repair.bytes-per-second=6MiB").start();
        ShoalClient client = cluster.newClient()) {
      put(client);
      cluster.startNode(4);
      cluster.startNode(5);
      begin(client, 5);
      Await.until("it has begun", LONG, () -> status(client).movedReplicas() > 3);
      cluster.stopNode(1);
      Await.until("it ends", LONG, () -> !status(client).state().lasts());
      assertThat(status(client).state()).isEqualTo(State.BALANCED);
      assertThat(fewestCopies(client)).isEqualTo(3);
      readAll(client);
      cluster.startNode(1);
      Await.until(
          "what is too many goes", LONG, () -> Await.result(client.health()).surplus() == 0);
      assertThat(fewestCopies(client)).isEqualTo(3);
      readAll(client);
    }
  }

  @Test
  void stopped_beginsNothingMore_andLeaderThatIsNewKnowsOfNone() {
    try (EmbeddedCluster cluster = cluster().metadata("repair.bytes-per-second=1MiB").start();
        ShoalClient client = cluster.newClient()) {
      put(client);
      cluster.startNode(4);
      begin(client, 4);
      Await.until("it has begun", LONG, () -> status(client).movingReplicas() > 0);
      assertThat(Await.result(client.stopRebalance()).state()).isEqualTo(State.STOPPED);
      Await.until("what is under way ends", LONG, () -> status(client).movingReplicas() == 0);
      assertThat(fewestCopies(client)).isEqualTo(3);
      begin(client, 4);
      cluster.stopMetadata();
      cluster.startMetadata();
      assertThat(status(client).state()).isEqualTo(State.NONE);
      readAll(client);
    }
  }

  @Test
  void nonsense_isRefused() {
    try (EmbeddedCluster cluster = cluster().start();
        ShoalClient client = cluster.newClient()) {
      for (double threshold : List.of(0.0, -1.0, 100.1, Double.NaN)) {
        assertThat(Await.failure(client.startRebalance(threshold)).code())
            .isEqualTo(ErrorCode.INVALID_ARGUMENT);
      }
      assertThat(status(client).state()).isEqualTo(State.NONE);
      assertThat(Await.result(client.stopRebalance()).state()).isEqualTo(State.NONE);
    }
  }
}
