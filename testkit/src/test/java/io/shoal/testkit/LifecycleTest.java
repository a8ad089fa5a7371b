package io.shoal.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.AsyncFileWriter;
import io.shoal.client.DirectoryPage;
import io.shoal.client.NodeStatus;
import io.shoal.client.NodeStatus.VolumeStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.ShoalClient;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.Await;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that stop and come back, clients that vanish, and what is cleaned up after them. */
class LifecycleTest {
  private static final int CHUNK = 1 << 20;
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path directory;

  private static long chunks(ShoalClient client) {
    return Await.result(client.nodes()).stream()
        .flatMap(node -> node.volumes().stream())
        .mapToLong(VolumeStatus::chunkCount)
        .sum();
  }

  @Test
  void deletedFiles_giveTheirSpaceBack_andTheTreeIsReclaimedOverARestart() {
    try (EmbeddedCluster cluster = EmbeddedCluster.in(directory).start()) {
      try (ShoalClient client = cluster.newClient()) {
        List<CompletableFuture<?>> puts = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
          puts.add(
              client.put(
                  Bytes.random(i % 3 == 0 ? CHUNK + 1 : 5_000, i),
                  "/tree/" + i % 7 + "/" + i,
                  PutOptions.DEFAULT.withParents(true)));
        }
        puts.forEach(put -> Await.result(put, LONG));
        Await.until("the nodes report the chunks", LONG, () -> chunks(client) >= 60 * 3);
        Await.result(client.delete("/tree", true));
        assertThat(Await.failure(client.stat("/tree/1")).code()).isEqualTo(ErrorCode.NOT_FOUND);
      }
      cluster.stopMetadata();
      cluster.startMetadata();
      try (ShoalClient client = cluster.newClient()) {
        Await.until("all chunks are gone", LONG, () -> chunks(client) == 0);
        Await.until(
            "all inodes are gone", LONG, () -> Await.result(client.cluster()).inodeCount() <= 1);
      }
    }
  }

  @Test
  void copiedFile_livesOnWhenTheOriginalIsDeleted() {
    ByteBuffer content = Bytes.random(2 * CHUNK + 9, 4);
    try (EmbeddedCluster cluster = EmbeddedCluster.in(directory).start();
        ShoalClient client = cluster.newClient()) {
      Await.result(client.put(content, "/original", PutOptions.DEFAULT));
      Await.result(client.put(Bytes.random(CHUNK, 1), "/marker", PutOptions.DEFAULT));
      Await.result(client.copy("/original", "/copy", PutOptions.DEFAULT));
      Await.result(client.delete("/original", false));
      Await.result(client.delete("/marker", false));
      Await.until("the marker's chunk is deleted", LONG, () -> chunks(client) == 3 * 3);
      assertThat(Await.result(client.get("/copy", 3 * CHUNK), LONG)).isEqualTo(content);
    }
  }

  @Test
  void clientThatVanishes_leavesNothingBehind() {
    try (EmbeddedCluster cluster =
            EmbeddedCluster.in(directory).metadata("grant.lifetime=10s").start();
        ShoalClient witness = cluster.newClient()) {
      ShoalClient vanishing = cluster.newClient();
      AsyncFileWriter writer = Await.result(vanishing.create("/half", PutOptions.DEFAULT));
      Await.result(writer.write(Bytes.random(3 * CHUNK, 1)));
      Await.until("chunks arrive", LONG, () -> chunks(witness) > 0);
      vanishing.close();
      assertThat(Await.failure(witness.stat("/half")).code()).isEqualTo(ErrorCode.NOT_FOUND);
      Await.until("its chunks are collected", LONG, () -> chunks(witness) == 0);
    }
  }

  @Test
  void nodeThatRestarts_servesWhatItHad() {
    ByteBuffer content = Bytes.random(3 * CHUNK + 1, 2);
    try (EmbeddedCluster cluster = EmbeddedCluster.in(directory).nodes(1).start();
        ShoalClient client = cluster.newClient()) {
      Await.result(client.put(content, "/f", PutOptions.DEFAULT));
      cluster.stopNode(1);
      cluster.startNode(1);
      assertThat(Await.result(client.get("/f", 4 * CHUNK), LONG)).isEqualTo(content);
    }
  }

  @Test
  void metadataServerThatRestarts_isLatencyToItsClients() {
    try (EmbeddedCluster cluster =
            EmbeddedCluster.in(directory).metadata("session.lifetime=30s").start();
        ShoalClient client = cluster.newClient()) {
      AsyncFileWriter writer = Await.result(client.create("/over-restart", PutOptions.DEFAULT));
      Await.result(writer.write(Bytes.random(CHUNK + 5, 1)));
      cluster.stopMetadata();
      CompletableFuture<?> mkdir = client.mkdir("/made-meanwhile", false);
      cluster.startMetadata();
      Await.result(mkdir, LONG);
      Await.result(writer.close(), LONG);
      assertThat(Await.result(client.get("/over-restart", 2 * CHUNK), LONG))
          .isEqualTo(Bytes.random(CHUNK + 5, 1));
    }
  }

  @Test
  void tooFewNodes_isATypedErrorAtOnce() {
    try (EmbeddedCluster cluster = EmbeddedCluster.in(directory).start();
        ShoalClient client = cluster.newClient()) {
      cluster.stopNode(2);
      cluster.stopNode(3);
      Await.until(
          "the leader suspects them",
          LONG,
          () ->
              Await.result(client.nodes()).stream()
                      .filter(node -> node.liveness() == NodeStatus.Liveness.ALIVE)
                      .count()
                  == 1);
      ShoalException failure =
          Await.failure(client.put(Bytes.random(10, 1), "/f", PutOptions.DEFAULT));
      assertThat(failure.code()).isEqualTo(ErrorCode.NOT_ENOUGH_NODES);
    }
  }

  @Test
  void largeDirectory_isListedPageByPageInOrder() {
    try (EmbeddedCluster cluster = EmbeddedCluster.in(directory).nodes(1).start();
        ShoalClient client = cluster.newClient()) {
      List<CompletableFuture<?>> made = new ArrayList<>();
      for (int i = 0; i < 5_000; i++) {
        made.add(client.mkdir("/d" + i, false));
      }
      made.forEach(future -> Await.result(future, LONG));
      List<String> names = new ArrayList<>();
      DirectoryPage page;
      do {
        String last = names.isEmpty() ? "" : names.get(names.size() - 1);
        page = Await.result(client.listPage("/", last, 777));
        page.entries().forEach(entry -> names.add(entry.name()));
      } while (!page.complete());
      assertThat(names).hasSize(5_000).isSorted().doesNotHaveDuplicates();
    }
  }
}
