package io.shoal.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.shoal.client.FileType;
import io.shoal.client.MetadataBackup;
import io.shoal.client.NodeStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.ShoalClient;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.Await;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metadata are copied while they are used, lost, and restored. */
class BackupTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int LENGTH = 1_500_000;

  @TempDir private Path directory;
  private EmbeddedCluster cluster;
  private ShoalClient client;
  private Path backup;

  @BeforeEach
  void start() throws IOException {
    backup = directory.resolve("backup");
    cluster =
        EmbeddedCluster.in(Files.createDirectory(directory.resolve("cluster")))
            .metadata("session.lifetime=30s")
            .start();
    client = cluster.newClient();
  }

  @AfterEach
  void stop() {
    client.close();
    cluster.close();
  }

  private void put(String path, int seed) {
    Await.result(client.put(Bytes.random(LENGTH, seed), path, PutOptions.DEFAULT), LONG);
  }

  private void assertHolds(String path, int seed) {
    assertThat(Await.result(client.get(path, LENGTH), LONG)).isEqualTo(Bytes.random(LENGTH, seed));
  }

  private MetadataBackup backUp() {
    return Await.result(client.backupMetadata(backup, cluster.secretFile()), LONG);
  }

  private List<NodeStatus> nodes() {
    return Await.result(client.nodes(), LONG);
  }

  private void awaitNodes() {
    Await.until(
        "all nodes are back",
        LONG,
        () -> nodes().stream().allMatch(node -> node.liveness() == NodeStatus.Liveness.ALIVE));
  }

  @Test
  void restore_whatWasThereIsBack_whatCameAfterIsNot_andNothingIsDeletedUntilConfirmed()
      throws IOException {
    put("/a", 1);
    put("/b", 2);
    assertThat(nodes()).noneMatch(node -> node.upkeep().brakeOn());
    MetadataBackup made = backUp();
    assertThat(made.directory()).isEqualTo(backup);
    put("/later", 3);
    cluster.stopMetadata();
    cluster.restoreMetadata(1, backup);
    cluster.startMetadata();
    awaitNodes();
    assertHolds("/a", 1);
    assertHolds("/b", 2);
    ShoalException gone = Await.failure(client.stat("/later"));
    assertThat(gone.code()).isEqualTo(ErrorCode.NOT_FOUND);
    put("/new", 4);
    assertHolds("/new", 4);
    assertThat(nodes()).allMatch(node -> node.upkeep().brakeOn());
    for (NodeStatus node : nodes()) {
      Await.result(client.confirmDeletions(node), LONG);
    }
    Await.until(
        "deletion goes on",
        LONG,
        () -> nodes().stream().noneMatch(node -> node.upkeep().brakeOn()));
    // A restart is no restore.
    cluster.stopMetadata();
    cluster.startMetadata();
    awaitNodes();
    assertThat(nodes()).noneMatch(node -> node.upkeep().brakeOn());
    assertHolds("/new", 4);
  }

  /**
   * Ids of the history that was lost are not given out again: its chunks are still on the nodes.
   */
  @Test
  void restore_twice_filesOfEachHistoryHaveChunksOfTheirOwn() throws IOException {
    put("/a", 1);
    backUp();
    for (int round = 0; round < 2; round++) {
      put("/f", 10 + round);
      assertHolds("/f", 10 + round);
      cluster.stopMetadata();
      cluster.restoreMetadata(1, backup);
      cluster.startMetadata();
      awaitNodes();
    }
    put("/f", 20);
    assertHolds("/f", 20);
    assertHolds("/a", 1);
  }

  @Test
  void backup_whileFilesAreWritten_isOfOneMoment() throws IOException {
    for (int i = 0; i < 30; i++) {
      Await.result(client.mkdir("/d" + i, false), LONG);
    }
    var written =
        Stream.iterate(30, i -> i < 200, i -> i + 1)
            .map(i -> client.mkdir("/d" + i, false))
            .toList();
    backUp();
    written.forEach(done -> Await.result(done, LONG));
    cluster.stopMetadata();
    cluster.restoreMetadata(1, backup);
    cluster.startMetadata();
    int there = Await.result(client.listPage("/", "", 1_000), LONG).entries().size();
    assertThat(there).isBetween(30, 200);
    for (int i = 0; i < 30; i++) {
      assertThat(Await.result(client.stat("/d" + i), LONG).type()).isEqualTo(FileType.DIRECTORY);
    }
  }

  @Test
  void backup_ofAnotherClustersSecret_isRefusedAndLeavesNothing() throws IOException {
    Path other = Files.writeString(directory.resolve("other-secret"), "another-secret-0123456789");
    ShoalException refused = Await.failure(client.backupMetadata(backup, other));
    assertThat(refused.code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(backup).doesNotExist();
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left.filter(path -> path.getFileName().toString().startsWith("backup"))).isEmpty();
    }
  }

  @Test
  void backup_directoryIsThere_isRefused() throws IOException {
    Files.createDirectory(backup);
    assertThat(Await.failure(client.backupMetadata(backup, cluster.secretFile())).code())
        .isEqualTo(ErrorCode.ALREADY_EXISTS);
  }

  @Test
  void restore_damagedBackup_isRefused_andTheNextTrySucceeds() throws IOException {
    put("/a", 1);
    backUp();
    Path copy = Files.createDirectory(directory.resolve("copy"));
    Path damaged;
    try (Stream<Path> files = Files.list(backup)) {
      damaged =
          files
              .filter(file -> file.toString().endsWith(".sst"))
              .max((one, two) -> Long.compare(one.toFile().length(), two.toFile().length()))
              .orElseThrow();
    }
    Files.copy(damaged, copy.resolve("good"));
    cluster.stopMetadata();
    try (RandomAccessFile file = new RandomAccessFile(damaged.toFile(), "rw")) {
      file.seek(file.length() / 3);
      int old = file.read();
      file.seek(file.length() / 3);
      file.write(old ^ 0x20);
    }
    ShoalException refused =
        catchThrowableOfType(ShoalException.class, () -> cluster.restoreMetadata(1, backup));
    assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(refused).hasMessageContaining("is damaged");
    Files.delete(damaged);
    Files.copy(copy.resolve("good"), damaged);
    cluster.restoreMetadata(1, backup);
    cluster.startMetadata();
    awaitNodes();
    assertHolds("/a", 1);
  }
}
