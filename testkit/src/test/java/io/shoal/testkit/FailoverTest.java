package io.shoal.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.AsyncFileWriter;
import io.shoal.client.ClientConfig;
import io.shoal.client.FileStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.ReadConsistency;
import io.shoal.client.ReadOperations;
import io.shoal.client.ShoalClient;
import io.shoal.common.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three metadata servers, of which one after the other ends. */
class FailoverTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int LENGTH = 300_000;

  @TempDir private Path directory;
  private EmbeddedCluster cluster;
  private ShoalClient client;

  @BeforeEach
  void start() {
    // Sessions that end within an election would be another test.
    cluster =
        EmbeddedCluster.in(directory)
            .metadataServers(3)
            .metadata("session.lifetime=30s")
            .metadata("snapshot.entries=40")
            .start();
    client = cluster.newClient();
  }

  @AfterEach
  void stop() {
    client.close();
    cluster.close();
  }

  private int awaitLeader() {
    Await.until("one leads", LONG, () -> cluster.leader() != 0);
    return cluster.leader();
  }

  private void put(String path, int seed) {
    Await.result(client.put(Bytes.random(LENGTH, seed), path, PutOptions.DEFAULT), LONG);
  }

  private void assertHolds(String path, int seed) {
    assertThat(Await.result(client.get(path, LENGTH), LONG)).isEqualTo(Bytes.random(LENGTH, seed));
  }

  @Test
  void leaderEnds_oneAfterTheOther_operationsGoOn() {
    put("/before", 1);
    for (int round = 0; round < 2; round++) {
      int leader = awaitLeader();
      List<CompletableFuture<?>> puts = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        puts.add(
            client.put(Bytes.random(LENGTH, i), "/round" + round + "-" + i, PutOptions.DEFAULT));
      }
      cluster.stopMetadata(leader);
      puts.forEach(put -> Await.result(put, LONG));
      assertHolds("/before", 1);
      for (int i = 0; i < 20; i++) {
        assertHolds("/round" + round + "-" + i, i);
      }
      assertThat(awaitLeader()).isNotEqualTo(leader);
      cluster.startMetadata(leader);
    }
    assertThat(Await.result(client.listPage("/", "", 200), LONG).entries()).hasSize(41);
  }

  /** A new leader knows of the nodes only what they tell it: it does not make do with the first. */
  @Test
  @Tag("long")
  void leaderEnds_filesStillGetAllTheirCopies() {
    for (int round = 0; round < 2; round++) {
      int leader = awaitLeader();
      cluster.stopMetadata(leader);
      String path = "/f" + round;
      put(path, round);
      assertThat(Await.result(client.layout(path), LONG).fewestCopies()).as(path).isEqualTo(3);
      cluster.startMetadata(leader);
    }
  }

  @Test
  @Tag("long")
  void openWriterAndReader_goOnUnderTheNextLeader() {
    AsyncFileWriter writer = Await.result(client.create("/log", PutOptions.DEFAULT), LONG);
    for (int i = 0; i < 6; i++) {
      Await.result(writer.write(Bytes.random(LENGTH, i)), LONG);
      Await.result(writer.flush(), LONG);
      if (i % 2 == 0) {
        int leader = awaitLeader();
        cluster.stopMetadata(leader);
        Await.result(writer.write(Bytes.random(LENGTH, 100 + i)), LONG);
        cluster.startMetadata(leader);
      }
    }
    FileStatus status = Await.result(writer.close(), LONG);
    assertThat(status.length()).isEqualTo(9L * LENGTH);
    ByteBuffer read = Await.result(client.get("/log", 9 * LENGTH), LONG);
    int[] seeds = {0, 100, 1, 2, 102, 3, 4, 104, 5};
    for (int i = 0; i < seeds.length; i++) {
      assertThat(read.slice(i * LENGTH, LENGTH)).isEqualTo(Bytes.random(LENGTH, seeds[i]));
    }
  }

  /** The others have deleted the log that it lacks, so that it gets a snapshot. */
  @Test
  @Tag("long")
  void serverWasAway_catchesUp_andCanLead() {
    put("/before", 1);
    int leader = awaitLeader();
    int away = leader % 3 + 1;
    cluster.stopMetadata(away);
    for (int i = 0; i < 150; i++) {
      Await.result(client.mkdir("/d" + i, false), LONG);
      if (i == 60) {
        // Another term begins another segment of the log; only whole ones are deleted.
        cluster.stopMetadata(leader);
        cluster.startMetadata(leader);
      }
    }
    cluster.startMetadata(away);
    Path snapshots = cluster.metadataDirectory(away).resolve("snapshots");
    Await.until("it has a snapshot", LONG, () -> !isEmpty(snapshots));
    // With one of the others gone it takes two that have everything.
    cluster.stopMetadata(awaitLeader() == away ? leader : awaitLeader());
    put("/after", 2);
    assertHolds("/before", 1);
    assertHolds("/after", 2);
    assertThat(Await.result(client.listPage("/", "", 200), LONG).entries()).hasSize(152);
  }

  private static boolean isEmpty(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.findAny().isEmpty();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Test
  @Tag("long")
  void allEnd_andStart_allIsThere() {
    put("/f", 1);
    cluster.stopMetadata();
    cluster.startMetadata();
    assertHolds("/f", 1);
    put("/g", 2);
    assertHolds("/g", 2);
  }

  /** Which server is asked is a matter of chance: with many clients all of them are. */
  @Test
  void reads_ofAnyConsistency_showWhatWasStoredBefore() {
    put("/f", 1);
    for (int i = 0; i < 6; i++) {
      try (ShoalClient another = cluster.newClient()) {
        put("/f" + i, i);
        for (ReadConsistency consistency :
            List.of(ReadConsistency.LEASE, ReadConsistency.FOLLOWER)) {
          ReadOperations reads = another.reading(consistency);
          assertThat(Await.result(reads.get("/f" + i, LENGTH), LONG))
              .isEqualTo(Bytes.random(LENGTH, i));
          assertThat(Await.result(reads.listPage("/", "", 100), LONG).entries()).hasSize(i + 2);
        }
        assertThat(Await.result(another.reading(ReadConsistency.STALE).get("/f", LENGTH), LONG))
            .isEqualTo(Bytes.random(LENGTH, 1));
      }
    }
  }

  @Test
  void twoEnd_nothingIsAcknowledged_untilOneIsBack() {
    put("/f", 1);
    int leader = awaitLeader();
    int other = leader % 3 + 1;
    String last = cluster.metadataServers().split(",", -1)[6 - leader - other - 1];
    try (ShoalClient ofTheLast = ShoalClient.create(ClientConfig.forCluster(last))) {
      ReadOperations stale = ofTheLast.reading(ReadConsistency.STALE);
      Await.until("it has the file", LONG, () -> has(stale, "/f"));
      stopTwo(leader, other, stale);
    }
    assertHolds("/f", 1);
    assertHolds("/g", 2);
  }

  private static boolean has(ReadOperations reads, String path) {
    return Await.result(reads.listPage("/", "", 10), LONG).entries().stream()
        .anyMatch(entry -> entry.status().path().equals(path));
  }

  private void stopTwo(int leader, int other, ReadOperations stale) {
    cluster.stopMetadata(other);
    cluster.stopMetadata(leader);
    CompletableFuture<?> put = client.put(Bytes.random(LENGTH, 2), "/g", PutOptions.DEFAULT);
    assertThat(cluster.leader()).isZero();
    assertThat(put).isNotDone();
    // What the last one has can be read all the same, bytes and all.
    assertThat(Await.result(stale.get("/f", LENGTH), LONG)).isEqualTo(Bytes.random(LENGTH, 1));
    assertThat(put).isNotDone();
    cluster.startMetadata(leader);
    Await.result(put, LONG);
  }
}
