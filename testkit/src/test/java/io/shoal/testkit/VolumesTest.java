package io.shoal.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.shoal.client.FilePolicy;
import io.shoal.client.NodeReload;
import io.shoal.client.NodeStatus;
import io.shoal.client.NodeStatus.VolumeStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.ShoalClient;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.Await;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Volumes that are added to a running node and taken out of it. */
class VolumesTest {
  private static final int FILES = 40;
  private static final int LENGTH = 300_000;
  private static final int WRITERS = 3;
  private static final int ROUNDS = 3;
  private static final Duration LONG = Duration.ofSeconds(60);

  /** Smaller than the nodes of the cluster, so that there is one to copy to. */
  private static final PutOptions TWO_COPIES =
      PutOptions.DEFAULT.withPolicy(new FilePolicy(2, 2, 0));

  @TempDir private Path directory;
  private EmbeddedCluster cluster;
  private ShoalClient client;
  private Path first;
  private Path second;

  @BeforeEach
  void start() {
    cluster =
        EmbeddedCluster.in(directory)
            .nodes(3)
            .metadata("repair.interval=100ms")
            .metadata("grant.lifetime=2s")
            .node("scrub.period=1s")
            .node("scrub.bytes-per-second=1GiB")
            .node("trash.period=0s")
            .start();
    client = cluster.newClient();
    first = cluster.nodeDirectory(2);
    second = directory.resolve("second");
  }

  @AfterEach
  void stop() {
    client.close();
    cluster.close();
  }

  private NodeReload use(Path... directories) {
    cluster.setVolumes(2, directories);
    return Await.result(client.reloadNode(2), LONG);
  }

  private NodeStatus node() {
    return Await.result(client.nodes()).stream()
        .filter(node -> node.nodeId() == 2)
        .findAny()
        .orElseThrow();
  }

  private List<VolumeStatus> volumes() {
    return node().volumes();
  }

  private void put(String prefix) {
    List<CompletableFuture<?>> puts = new ArrayList<>();
    for (int i = 0; i < FILES; i++) {
      puts.add(client.put(Bytes.random(LENGTH, i), prefix + i, TWO_COPIES));
    }
    puts.forEach(put -> Await.result(put, LONG));
  }

  private void readAll(String prefix) {
    for (int i = 0; i < FILES; i++) {
      ByteBuffer read = Await.result(client.get(prefix + i, LENGTH), LONG);
      assertThat(read).isEqualTo(Bytes.random(LENGTH, i));
    }
  }

  private int fewestCopies(String prefix) {
    int fewest = Integer.MAX_VALUE;
    for (int i = 0; i < FILES; i++) {
      fewest = Math.min(fewest, Await.result(client.layout(prefix + i)).fewestCopies());
    }
    return fewest;
  }

  @Test
  void added_isUsed_thenTheFirstIsTakenOut_andAllIsMadeAnew() {
    put("/before");
    NodeReload added = use(first, second);
    assertThat(added).isEqualTo(new NodeReload(List.of(second.toString()), List.of(), false));
    Await.until("the leader knows both", LONG, () -> volumes().size() == 2);
    put("/after");
    Await.until("the new one is used", LONG, () -> volumes().get(1).chunkCount() > 0);

    NodeReload removed = use(second);
    assertThat(removed).isEqualTo(new NodeReload(List.of(), List.of(first.toString()), false));
    Await.until(
        "the leader knows one",
        LONG,
        () ->
            volumes().stream()
                .map(VolumeStatus::directory)
                .toList()
                .equals(List.of(second.toString())));
    readAll("/before");
    awaitRepair();
    readAll("/after");
    cluster.stopNode(1);
    readAll("/before");
    cluster.startNode(1);
    // What lies on the disk that was taken out is not touched, and can come back.
    assertThat(use(first, second).addedDirectories()).containsExactly(first.toString());
    Await.until("both are there", LONG, () -> volumes().size() == 2);
    readAll("/before");
    awaitRepair();
    readAll("/before");
  }

  /** Waits until what counts as being on the node is there, and every chunk has its copies. */
  private void awaitRepair() {
    Await.until("what is gone counts no more", LONG, this::nodeHasWhatItShould);
    Await.until(
        "every chunk has its copies",
        LONG,
        () -> Await.result(client.health()).underReplicated() == 0);
    assertThat(fewestCopies("/before")).isEqualTo(2);
  }

  private boolean nodeHasWhatItShould() {
    NodeStatus node = node();
    return node.volumes().stream().mapToLong(VolumeStatus::chunkCount).sum() >= node.replicaCount();
  }

  @Test
  void changedWhileClientsWriteAndRead_noOperationFails() throws Exception {
    put("/before");
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService clients = Executors.newFixedThreadPool(WRITERS);
    List<Future<?>> busy = new ArrayList<>();
    for (int writer = 0; writer < WRITERS; writer++) {
      String prefix = "/busy" + writer + "-";
      busy.add(clients.submit(() -> overwriteAndRead(prefix, over)));
    }
    try {
      for (int i = 0; i < ROUNDS; i++) {
        use(first, second);
        use(second);
        readAll("/before");
        use(first, second);
        use(first);
        readAll("/before");
      }
    } finally {
      over.set(true);
    }
    for (Future<?> client : busy) {
      client.get();
    }
    clients.shutdown();
    awaitRepair();
  }

  private void overwriteAndRead(String prefix, AtomicBoolean over) {
    for (int i = 0; !over.get(); i++) {
      String path = prefix + i % 10;
      ByteBuffer content = Bytes.random(LENGTH, i);
      Await.result(client.put(content, path, TWO_COPIES.withOverwrite(true)), LONG);
      assertThat(Await.result(client.get(path, LENGTH), LONG)).isEqualTo(content);
    }
  }

  @Test
  void unusable_isRefused_andTheNodeGoesOn() throws IOException {
    put("/f");
    Path full = Files.createDirectories(directory.resolve("full"));
    Files.writeString(full.resolve("thesis.txt"), "mine");
    cluster.setVolumes(2, first, full);
    ShoalException refused =
        catchThrowableOfType(ShoalException.class, () -> Await.result(client.reloadNode(2), LONG));
    assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(refused).hasMessageContaining("thesis.txt");

    cluster.setVolumes(2, first, cluster.nodeDirectory(1).resolve("chunks"));
    assertThat(
            catchThrowableOfType(
                    ShoalException.class, () -> Await.result(client.reloadNode(2), LONG))
                .code())
        .isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(use(first)).isEqualTo(new NodeReload(List.of(), List.of(), false));
    readAll("/f");
    assertThat(full.resolve("thesis.txt")).hasContent("mine");
  }

  @Test
  void unknownNode_isRefused() {
    ShoalException refused =
        catchThrowableOfType(ShoalException.class, () -> Await.result(client.reloadNode(9), LONG));
    assertThat(refused.code()).isEqualTo(ErrorCode.NOT_FOUND);
  }
}
