package io.shoal.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.AsyncFileWriter;
import io.shoal.client.NodeStatus;
import io.shoal.client.NodeStatus.Upkeep;
import io.shoal.client.NodeStatus.VolumeStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.ShoalClient;
import io.shoal.common.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule G5 through all processes: what the metadata server does not know is not erased lightly. */
class TrashTest {
  private static final int CHUNK = 1 << 20;
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path directory;

  private EmbeddedCluster.Builder cluster() {
    // One node, so that none is left behind by a writer: its copy would be unknown, too.
    return EmbeddedCluster.in(directory)
        .nodes(1)
        .metadata("grant.lifetime=10s")
        .node("heartbeat.question-interval=200ms")
        .node("trash.period=1s");
  }

  private static long sum(ShoalClient client, ToLongFunction<NodeStatus> what) {
    return Await.result(client.nodes()).stream().mapToLong(what).sum();
  }

  private static long chunks(ShoalClient client) {
    return sum(client, node -> node.volumes().stream().mapToLong(VolumeStatus::chunkCount).sum());
  }

  private static boolean everyNode(ShoalClient client, Predicate<Upkeep> holds) {
    List<NodeStatus> nodes = Await.result(client.nodes());
    return nodes.stream().allMatch(node -> holds.test(node.upkeep()));
  }

  private static void putFiles(ShoalClient client, String name, int count) {
    for (int i = 0; i < count; i++) {
      Await.result(client.put(Bytes.random(5_000, i), name + i, PutOptions.DEFAULT), LONG);
    }
  }

  private static void assertFiles(ShoalClient client, String name, int count) {
    for (int i = 0; i < count; i++) {
      assertThat(Await.result(client.get(name + i, CHUNK), LONG)).isEqualTo(Bytes.random(5_000, i));
    }
  }

  private static void confirm(ShoalClient client) {
    for (NodeStatus node : Await.result(client.nodes())) {
      Await.result(client.confirmDeletions(node));
    }
  }

  private static void vanish(EmbeddedCluster cluster, ShoalClient witness, int chunks) {
    long before = chunks(witness);
    ShoalClient vanishing = cluster.newClient();
    AsyncFileWriter writer = Await.result(vanishing.create("/half", PutOptions.DEFAULT));
    Await.result(writer.write(Bytes.random(chunks * CHUNK, 1)));
    Await.until("chunks arrive", LONG, () -> chunks(witness) >= before + chunks - 1);
    vanishing.close();
  }

  @Test
  @Tag("long")
  void clientVanishes_itsChunksGoThroughTheTrash() {
    try (EmbeddedCluster cluster = cluster().node("trash.period=3s").start();
        ShoalClient witness = cluster.newClient()) {
      putFiles(witness, "/kept", 4);
      vanish(cluster, witness, 3);
      Await.until(
          "they are in the trash",
          LONG,
          () -> sum(witness, node -> node.upkeep().trashBytes()) > CHUNK);
      Await.until(
          "they are erased", LONG, () -> sum(witness, node -> node.upkeep().trashChunks()) == 0);
      assertThat(chunks(witness)).isEqualTo(4);
      assertThat(everyNode(witness, upkeep -> !upkeep.brakeOn())).isTrue();
      assertFiles(witness, "/kept", 4);
    }
  }

  @Test
  void tooManyUnknownChunks_stayUntilAnOperatorConfirms_overRestarts() {
    try (EmbeddedCluster cluster = cluster().node("trash.brake-floor=2").start();
        ShoalClient witness = cluster.newClient()) {
      vanish(cluster, witness, 6);
      Await.until(
          "the node stops deleting",
          LONG,
          () -> everyNode(witness, upkeep -> upkeep.brakeOn() && upkeep.unknownChunks() >= 5));
      long before = chunks(witness);
      cluster.stopNode(1);
      cluster.startNode(1);
      Await.until(
          "the node has asked again",
          LONG,
          () -> everyNode(witness, upkeep -> upkeep.brakeOn() && upkeep.unknownChunks() >= 5));
      assertThat(chunks(witness)).isEqualTo(before);

      confirm(witness);
      Await.until("all is erased", LONG, () -> chunks(witness) == 0);
      Await.until(
          "the trash is empty",
          LONG,
          () -> everyNode(witness, upkeep -> !upkeep.brakeOn() && upkeep.trashChunks() == 0));
    }
  }

  /** The reason for all of it. */
  @Test
  void metadataIsRestoredFromAnOldBackup_nothingIsErased_andTheRightOneFindsAll()
      throws IOException {
    Path old = directory.resolve("old");
    Path right = directory.resolve("right");
    int files = 30;
    try (EmbeddedCluster cluster =
        cluster().metadata("grant.lifetime=15s").node("trash.brake-floor=2").start()) {
      try (ShoalClient client = cluster.newClient()) {
        putFiles(client, "/old", 3);
        Await.result(client.backupMetadata(old, cluster.secretFile()), LONG);
        putFiles(client, "/new", files);
        Await.result(client.backupMetadata(right, cluster.secretFile()), LONG);
      }
      cluster.stopMetadata();
      cluster.restoreMetadata(1, old);
      cluster.startMetadata();
      try (ShoalClient client = cluster.newClient()) {
        Await.until(
            "the node has seen that files are forgotten",
            LONG,
            () -> everyNode(client, upkeep -> upkeep.brakeOn() && upkeep.unknownChunks() > 2));
        assertFiles(client, "/old", 3);
      }
      cluster.stopMetadata();
      cluster.restoreMetadata(1, right);
      cluster.startMetadata();
      try (ShoalClient client = cluster.newClient()) {
        assertFiles(client, "/new", files);
        Await.until(
            "nothing is unknown any more",
            LONG,
            () -> everyNode(client, upkeep -> upkeep.brakeOn() && upkeep.unknownChunks() == 0));
        confirm(client);
        Await.until("deletion goes on", LONG, () -> everyNode(client, told -> !told.brakeOn()));
        for (int i = 0; i < files; i++) {
          Await.result(client.delete("/new" + i, false));
        }
        Await.until("what is deleted goes", LONG, () -> chunks(client) == 3);
        assertFiles(client, "/old", 3);
      }
    }
  }

  /** Rule T3: a copy of its directory is no backup; its ids would be given out again. */
  @Test
  void metadataIsAnOldCopyOfItself_theNodeDeletesNothing() {
    Path old = directory.resolve("old");
    Path right = directory.resolve("right");
    try (EmbeddedCluster cluster = cluster().start()) {
      Path state = cluster.metadataDirectory(1);
      cluster.stopMetadata();
      copy(state, old);
      cluster.startMetadata();
      try (ShoalClient client = cluster.newClient()) {
        putFiles(client, "/f", 3);
      }
      // The node attaches anew, and takes note of how far the metadata is.
      cluster.stopNode(1);
      cluster.startNode(1);
      cluster.stopMetadata();
      copy(state, right);
      restore(old, state);
      cluster.startMetadata();
      try (ShoalClient client = cluster.newClient()) {
        Await.until("it is noticed", LONG, () -> everyNode(client, Upkeep::brakeOn));
      }
      cluster.stopMetadata();
      restore(right, state);
      cluster.startMetadata();
      try (ShoalClient client = cluster.newClient()) {
        assertFiles(client, "/f", 3);
        putFiles(client, "/new", 3);
        Await.until("the node has told", LONG, () -> everyNode(client, Upkeep::brakeOn));
        confirm(client);
        Await.until("deletion goes on", LONG, () -> everyNode(client, told -> !told.brakeOn()));
      }
    }
  }

  private static void restore(Path backup, Path state) {
    try (Stream<Path> all = Files.walk(state)) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    copy(backup, state);
  }

  private static void copy(Path from, Path to) {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
