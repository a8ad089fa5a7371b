package io.shoal.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.AsyncFileWriter;
import io.shoal.client.FileLayout;
import io.shoal.client.FileLayout.ReplicaLocation;
import io.shoal.client.NodeStatus.VolumeStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.ShoalClient;
import io.shoal.common.testing.Await;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas that are lost come back by themselves. */
class RepairTest {
  private static final int CHUNK = 1 << 20;
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path directory;

  private EmbeddedCluster.Builder cluster(int nodes) {
    return EmbeddedCluster.in(directory)
        .nodes(nodes)
        .metadata("node.dead-after=3s")
        .metadata("repair.interval=100ms");
  }

  private static void put(ShoalClient client, int files) {
    List<CompletableFuture<?>> puts = new ArrayList<>();
    for (int i = 0; i < files; i++) {
      puts.add(client.put(content(i), "/f" + i, PutOptions.DEFAULT));
    }
    puts.forEach(put -> Await.result(put, LONG));
  }

  private static ByteBuffer content(int file) {
    return Bytes.random(file % 3 == 0 ? 2 * CHUNK + 17 : 9_000, file);
  }

  private static List<ReplicaLocation> replicas(ShoalClient client, int files) {
    List<ReplicaLocation> replicas = new ArrayList<>();
    for (int i = 0; i < files; i++) {
      FileLayout layout = Await.result(client.layout("/f" + i));
      layout.extents().forEach(extent -> replicas.addAll(extent.replicas()));
    }
    return replicas;
  }

  private static int fewestCopies(ShoalClient client, int files) {
    int fewest = Integer.MAX_VALUE;
    for (int i = 0; i < files; i++) {
      fewest = Math.min(fewest, Await.result(client.layout("/f" + i)).fewestCopies());
    }
    return fewest;
  }

  private static void readAll(ShoalClient client, int files) {
    for (int i = 0; i < files; i++) {
      assertThat(Await.result(client.get("/f" + i, 3 * CHUNK), LONG)).isEqualTo(content(i));
    }
  }

  private static long chunks(ShoalClient client) {
    return Await.result(client.nodes()).stream()
        .flatMap(node -> node.volumes().stream())
        .mapToLong(VolumeStatus::chunkCount)
        .sum();
  }

  @Test
  void nodeDies_comesBack_andItsSurplusGoes() {
    int files = 30;
    int chunks = 10 * 3 + 20;
    try (EmbeddedCluster cluster = cluster(5).start();
        ShoalClient client = cluster.newClient()) {
      put(client, files);
      cluster.stopNode(2);
      Await.until(
          "nothing counts on the node that is gone",
          LONG,
          () -> replicas(client, files).stream().noneMatch(replica -> replica.nodeId() == 2));
      Await.until("all is repaired", LONG, () -> fewestCopies(client, files) == 3);
      readAll(client, files);

      cluster.startNode(2);
      Await.until("the surplus is gone", LONG, () -> chunks(client) == 3L * chunks);
      assertThat(fewestCopies(client, files)).isEqualTo(3);
      readAll(client, files);
    }
  }

  @Test
  void twoNodesDieOneAfterTheOther_everythingIsStillThere() {
    int files = 20;
    try (EmbeddedCluster cluster = cluster(5).start();
        ShoalClient client = cluster.newClient()) {
      put(client, files);
      for (int victim : List.of(1, 4)) {
        cluster.stopNode(victim);
        Await.until(
            "nothing counts on node " + victim,
            LONG,
            () ->
                replicas(client, files).stream().noneMatch(replica -> replica.nodeId() == victim));
        Await.until("all is repaired", LONG, () -> fewestCopies(client, files) == 3);
      }
      readAll(client, files);
    }
  }

  @Test
  void leaderRestartsInTheMiddle_repairGoesOn() {
    int files = 30;
    try (EmbeddedCluster cluster = cluster(4).metadata("repair.bytes-per-second=2MiB").start();
        ShoalClient client = cluster.newClient()) {
      put(client, files);
      cluster.stopNode(3);
      Await.until("repair has begun", LONG, () -> fewestCopies(client, files) < 3);
      cluster.stopMetadata();
      cluster.startMetadata();
      Await.until("all is repaired", LONG, () -> fewestCopies(client, files) == 3);
      readAll(client, files);
    }
  }

  @Test
  void bitFlipped_readerDoesNotNotice_andTheReplicaIsMadeAnew() throws IOException {
    int files = 12;
    try (EmbeddedCluster cluster = cluster(3).start();
        ShoalClient client = ShoalClient.create(cluster.clientConfig().withLocalReads(false))) {
      put(client, files);
      int flipped = flipABitInEveryFile(cluster.nodeDirectory(1));
      assertThat(flipped).isEqualTo(8);
      // A reader has the choice of three: of some of them it comes to the damaged replica.
      Await.until(
          "damage is found and mended",
          LONG,
          () -> {
            readAll(client, files);
            return damagedFiles() < flipped;
          });
      Await.until("all is repaired", LONG, () -> fewestCopies(client, files) == 3);
      readAll(client, files);
    }
  }

  private final List<Path> flippedFiles = new ArrayList<>();

  private int flipABitInEveryFile(Path node) throws IOException {
    try (Stream<Path> files = Files.walk(node.resolve("chunks"))) {
      for (Path file : files.filter(path -> path.toFile().length() > CHUNK / 2).toList()) {
        try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
          ByteBuffer one = ByteBuffer.allocate(1);
          channel.read(one, 12_345);
          one.put(0, (byte) (one.get(0) ^ 1)).flip();
          channel.write(one, 12_345);
          flippedFiles.add(file);
        }
      }
    }
    return flippedFiles.size();
  }

  /** File names are never used again (rule D2): what is made anew is another file. */
  private long damagedFiles() {
    return flippedFiles.stream().filter(Files::exists).count();
  }

  @Test
  void volumeWasEmptied_whatItHeldIsCopiedAnew() throws IOException {
    int files = 12;
    try (EmbeddedCluster cluster = cluster(3).start();
        ShoalClient client = cluster.newClient()) {
      put(client, files);
      cluster.stopNode(2);
      deleteRecursively(cluster.nodeDirectory(2));
      cluster.startNode(2);
      // The node is another one now: the old one has to be declared dead first.
      Await.until(
          "nothing counts on the node that is gone",
          LONG,
          () -> replicas(client, files).stream().noneMatch(replica -> replica.nodeId() == 2));
      Await.until("all is repaired", LONG, () -> fewestCopies(client, files) == 3);
      readAll(client, files);
    }
  }

  private static void deleteRecursively(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Test
  void writerGoesOn_whileItsNodesDieAndChunksAreRepaired() {
    try (EmbeddedCluster cluster = cluster(5).start();
        ShoalClient client = cluster.newClient()) {
      AsyncFileWriter writer = Await.result(client.create("/f0", PutOptions.DEFAULT));
      ByteBuffer content = Bytes.random(12 * CHUNK, 5);
      for (int i = 0; i < 12; i++) {
        if (i == 4) {
          cluster.stopNode(1);
        }
        if (i == 8) {
          cluster.startNode(1);
          cluster.stopNode(2);
        }
        Await.result(writer.write(content.slice(i * CHUNK, CHUNK)), LONG);
        Await.result(writer.flush(), LONG);
      }
      Await.result(writer.close(), LONG);
      Await.until("all is repaired", LONG, () -> fewestCopies(client, 1) == 3);
      assertThat(Await.result(client.get("/f0", 12 * CHUNK), LONG)).isEqualTo(content);
    }
  }
}
