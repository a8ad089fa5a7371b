package io.shoal.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.FilePolicy;
import io.shoal.client.NodeStatus;
import io.shoal.client.NodeStatus.Liveness;
import io.shoal.client.NodeStatus.Maintenance;
import io.shoal.client.NodeStatus.State;
import io.shoal.client.PutOptions;
import io.shoal.client.ShoalClient;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.testing.Await;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that are switched off for a while, announced. */
class MaintenanceTest {
  private static final int FILES = 30;
  private static final int LENGTH = 300_000;
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir private Path directory;

  private EmbeddedCluster start(int nodes) {
    return EmbeddedCluster.in(directory)
        .nodes(nodes)
        .metadata("node.dead-after=3s")
        .metadata("repair.interval=100ms")
        .start();
  }

  private static void put(ShoalClient client, PutOptions options) {
    List<CompletableFuture<?>> puts = new ArrayList<>();
    for (int i = 0; i < FILES; i++) {
      puts.add(client.put(content(i), "/f" + i, options));
    }
    puts.forEach(put -> Await.result(put, LONG));
  }

  private static ByteBuffer content(int file) {
    return Bytes.random(LENGTH, file);
  }

  private static void readAll(ShoalClient client) {
    for (int i = 0; i < FILES; i++) {
      assertThat(Await.result(client.get("/f" + i, LENGTH), LONG)).isEqualTo(content(i));
    }
  }

  private static NodeStatus node(ShoalClient client, int number) {
    return Await.result(client.nodes()).stream()
        .filter(node -> node.nodeId() == number)
        .findAny()
        .orElseThrow();
  }

  private static boolean isReady(ShoalClient client, int number) {
    return node(client, number).maintenance().map(Maintenance::ready).orElse(false);
  }

  private static long replicas(ShoalClient client) {
    return Await.result(client.nodes()).stream().mapToLong(NodeStatus::replicaCount).sum();
  }

  private static int fewestCopies(ShoalClient client) {
    int fewest = Integer.MAX_VALUE;
    for (int i = 0; i < FILES; i++) {
      fewest = Math.min(fewest, Await.result(client.layout("/f" + i)).fewestCopies());
    }
    return fewest;
  }

  /** Node 5 is away for as long as node 2, unannounced. */
  @Test
  void switchedOffWithinItsTime_nothingIsCopied_andNothingAfterItsReturn() {
    try (EmbeddedCluster cluster = start(5);
        ShoalClient client = cluster.newClient()) {
      put(client, PutOptions.DEFAULT);
      long held = node(client, 2).replicaCount();
      assertThat(held).isPositive();
      Await.result(client.startMaintenance(2, HOUR));
      Await.until("node 2 may be switched off", LONG, () -> isReady(client, 2));
      cluster.stopNode(2);
      cluster.stopMetadata();
      cluster.startMetadata();
      cluster.stopNode(5);
      Await.until("node 5 is dead", LONG, () -> node(client, 5).liveness() == Liveness.DEAD);
      Await.until("and repaired", LONG, () -> node(client, 5).replicaCount() == 0);
      Await.until("all is repaired", LONG, () -> fewestCopies(client) == 3);
      assertThat(node(client, 2))
          .satisfies(node -> assertThat(node.state()).isEqualTo(State.MAINTENANCE))
          .satisfies(node -> assertThat(node.liveness()).isEqualTo(Liveness.SUSPECT))
          .satisfies(node -> assertThat(node.replicaCount()).isEqualTo(held))
          .satisfies(
              node ->
                  assertThat(node.maintenance().orElseThrow().left())
                      .isBetween(HOUR.minusMinutes(5), HOUR));
      readAll(client);

      cluster.startNode(2);
      Await.result(client.setNodeState(2, State.ACTIVE));
      Await.until("it takes part", LONG, () -> node(client, 2).liveness() == Liveness.ALIVE);
      assertThat(node(client, 2).replicaCount()).isEqualTo(held);
      assertThat(replicas(client)).isEqualTo(3L * FILES);
      assertThat(Await.result(client.health()).underReplicated()).isZero();
      readAll(client);
    }
  }

  @Test
  void timeIsOver_whatANodeHeldIsCopiedElsewhere() {
    try (EmbeddedCluster cluster = start(4);
        ShoalClient client = cluster.newClient()) {
      put(client, PutOptions.DEFAULT);
      Await.result(client.startMaintenance(2, Duration.ofSeconds(4)));
      cluster.stopNode(2);
      Await.until("it is dead", LONG, () -> node(client, 2).liveness() == Liveness.DEAD);
      assertThat(node(client, 2).state()).isEqualTo(State.ACTIVE);
      Await.until("nothing counts there", LONG, () -> node(client, 2).replicaCount() == 0);
      Await.until("all is repaired", LONG, () -> fewestCopies(client) == 3);
      readAll(client);
    }
  }

  @Test
  void onlyReplica_isCopiedBeforeItsNodeMayBeSwitchedOff() {
    try (EmbeddedCluster cluster = start(3);
        ShoalClient client = cluster.newClient()) {
      put(client, PutOptions.DEFAULT.withPolicy(new FilePolicy(1, 1, 0)));
      assertThat(replicas(client)).isEqualTo(FILES);
      long held = node(client, 2).replicaCount();
      assertThat(held).isPositive();
      Await.result(client.startMaintenance(2, HOUR));
      Await.until("node 2 may be switched off", LONG, () -> isReady(client, 2));
      assertThat(replicas(client)).isEqualTo(FILES + held);
      cluster.stopNode(2);
      readAll(client);

      cluster.startNode(2);
      Await.result(client.setNodeState(2, State.ACTIVE));
      Await.until("the copies go again", LONG, () -> replicas(client) == FILES);
      readAll(client);
    }
  }

  @Test
  void newFiles_goToOtherNodes() {
    try (EmbeddedCluster cluster = start(4);
        ShoalClient client = cluster.newClient()) {
      Await.result(client.startMaintenance(2, HOUR));
      put(client, PutOptions.DEFAULT);
      assertThat(node(client, 2).replicaCount()).isZero();
      assertThat(replicas(client)).isEqualTo(3L * FILES);
    }
  }

  @Test
  void nonsense_isRefused() {
    try (EmbeddedCluster cluster = start(1);
        ShoalClient client = cluster.newClient()) {
      assertThat(Await.failure(client.startMaintenance(77, HOUR)).code())
          .isEqualTo(ErrorCode.NOT_FOUND);
      for (Duration length : List.of(Duration.ZERO, Duration.ofDays(2), Duration.ofDays(-1))) {
        assertThat(Await.failure(client.startMaintenance(1, length)).code())
            .isEqualTo(ErrorCode.INVALID_ARGUMENT);
      }
      Await.result(client.setNodeState(1, State.DECOMMISSIONING));
      assertThat(Await.failure(client.startMaintenance(1, HOUR)).code())
          .isEqualTo(ErrorCode.FENCED);
    }
  }
}
