package io.shoal.metadata.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import io.shoal.common.snapshot.DurableFiles;
import io.shoal.common.testing.Await;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.consensus.snapshot.SnapshotSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Most of the time goes by while Ratis closes, a second for each server. */
final class ConsensusTest {
  private static final SnapshotSettings OFTEN = new SnapshotSettings(20, 1 << 30, 2);

  @TempDir Path directory;

  @Test
  void submit_repliesInOrderAndShowsInViews() throws IOException {
    try (LogServer server = LogServer.leading(directory)) {
      List<CompletableFuture<Reply>> replies = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        replies.add(server.log.submit(CounterMachine.add(1)));
      }
      for (int i = 0; i < 500; i++) {
        assertThat(Await.result(replies.get(i)))
            .isEqualTo(new Reply.IdsAllocated(new ChunkId(i + 1), 1));
      }
      assertThat(server.counter()).isEqualTo(500);
      // Far fewer entries than commands: they were batched.
      assertThat(server.appliedIndex()).isLessThan(400);
      assertThat(server.faults).isEmpty();
    }
  }

  @Test
  void submit_largestCommand_goesThrough() throws IOException {
    try (LogServer server = LogServer.leading(directory)) {
      List<CompletableFuture<Reply>> replies = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        replies.add(server.log.submit(CounterMachine.store(new byte[(1 << 20) - 13])));
      }
      for (CompletableFuture<Reply> reply : replies) {
        assertThat(Await.result(reply)).isEqualTo(Reply.DONE);
      }
      CompletableFuture<Reply> tooLarge =
          server.log.submit(CounterMachine.store(new byte[(1 << 20) - 12]));
      assertThat(Await.failure(tooLarge).code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    }
  }

  @Test
  void readBarrier_singlePeer_needsNoEntry() throws IOException {
    try (LogServer server = LogServer.leading(directory)) {
      long before = server.appliedIndex();

      assertThat(server.log.readBarrier()).isCompleted();

      assertThat(server.appliedIndex()).isEqualTo(before);
    }
  }

  @Test
  void start_afterClose_hasEverythingAndLeadsInALaterTerm() throws IOException {
    try (LogServer server = LogServer.leading(directory)) {
      add(server, 30);
    }
    try (LogServer server = LogServer.leading(directory)) {
      assertThat(server.counter()).isEqualTo(30);
      Await.until("told", () -> !server.events.isEmpty());
      assertThat(server.events).containsExactly("leader 2");
      add(server, 1);
      assertThat(server.counter()).isEqualTo(31);
    }
  }

  @Test
  void start_afterCrash_replaysWhatTheStoreLost() throws IOException {
    Path crashed = directory.resolve("crashed");
    try (LogServer server = LogServer.leading(directory.resolve("first"))) {
      add(server, 100);
      LogServer.copyAsCrashed(directory.resolve("first"), crashed);
      add(server, 5);
    }
    try (LogServer server = LogServer.leading(crashed)) {
      assertThat(server.counter()).isEqualTo(100);
      assertThat(server.faults).isEmpty();
    }
  }

  @Test
  void start_afterCrashBehindSnapshots_replaysTheRest() throws IOException {
    Path crashed = directory.resolve("crashed");
    Path first = directory.resolve("first");
    try (LogServer server = LogServer.started(LogServer.settings(first, OFTEN))) {
      server.awaitLeader();
      for (int i = 0; i < 75; i++) {
        add(server, 1);
      }
      Await.until("two snapshots", () -> snapshotNames(first).size() == 2);
      add(server, 7);
      LogServer.copyAsCrashed(first, crashed);
    }
    try (LogServer server = LogServer.leading(crashed)) {
      assertThat(server.counter()).isEqualTo(82);
      assertThat(server.faults).isEmpty();
    }
  }

  @Test
  void start_stateLost_restoresSnapshotAndReplays() throws IOException {
    writeWithSnapshots(directory);
    DurableFiles.deleteTree(directory.resolve("state"));

    assertCounts(directory, 75);
  }

  @Test
  void start_stateAndNewestSnapshotLost_restoresTheOlderAndReplays() throws IOException {
    writeWithSnapshots(directory);
    DurableFiles.deleteTree(directory.resolve("state"));
    List<String> names = snapshotNames(directory);
    assertThat(names).hasSize(2);
    Path newest = directory.resolve("snapshots").resolve(newestOf(names));
    Files.delete(newest.resolve("FILES"));

    assertCounts(directory, 75);
  }

  @Test
  void start_logLost_isRefused() throws IOException {
    writeWithSnapshots(directory);
    DurableFiles.deleteTree(directory.resolve("raft"));

    assertThatThrownBy(() -> LogServer.leading(directory))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the log ends at");
  }

  @Test
  void start_damagedLog_isRefused() throws IOException {
    try (LogServer server = LogServer.leading(directory)) {
      Await.result(server.log.submit(CounterMachine.store(new byte[1_000])));
    }
    Path segment;
    try (Stream<Path> files = Files.walk(directory.resolve("raft"))) {
      segment =
          files
              .filter(file -> file.getFileName().toString().startsWith("log_"))
              .max(Comparator.comparingLong(file -> file.toFile().length()))
              .orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(segment);
    bytes[500] ^= 1;
    Files.write(segment, bytes);

    assertThatThrownBy(() -> LogServer.leading(directory)).isInstanceOf(Exception.class);
  }

  @Test
  void snapshots_logGrows_isCutAndRestartIsComplete() throws IOException {
    ConsensusSettings settings =
        LogServer.settings(directory, new SnapshotSettings(1_000_000, 3 << 20, 2));
    try (LogServer server = LogServer.started(settings)) {
      server.awaitLeader();
      for (int i = 0; i < 40; i++) {
        Await.result(server.log.submit(CounterMachine.store(new byte[1_000_000])));
        add(server, 1);
      }
      // Forty megabytes went through; two periods and the open segment stay.
      Await.until("a cut log", () -> bytesOf(directory.resolve("raft")) < (20 << 20));
    }
    assertCounts(directory, 40);
  }

  /** Rule S1. */
  @Test
  void append_logDirectoryVanishes_isAFault() throws IOException {
    try (LogServer server = LogServer.leading(directory)) {
      add(server, 1);
      DurableFiles.deleteTree(directory.resolve("raft"));

      List<CompletableFuture<Reply>> replies = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        replies.add(server.log.submit(CounterMachine.store(new byte[1_000_000])));
      }

      Await.until("a fault", () -> !server.faults.isEmpty());
      assertThat(Await.failure(replies.get(11)).code())
          .isIn(ErrorCode.OUTCOME_UNKNOWN, ErrorCode.NOT_LEADER);
    }
  }

  /** Rule S1. */
  @Test
  void apply_defect_isAFaultAndNothingIsAppliedAfterwards() throws IOException {
    try (LogServer server = LogServer.leading(directory)) {
      add(server, 5);

      CompletableFuture<Reply> defect = server.log.submit(CounterMachine.add(0));

      assertThat(Await.failure(defect).code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
      assertThat(server.faults).hasSize(1);
      CompletableFuture<Reply> later = server.log.submit(CounterMachine.add(1));
      assertThat(Await.failure(later).code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
      assertThat(server.counter()).isEqualTo(5);
    }
  }

  @Test
  void close_commandsUnderWay_allEndAndNoneIsLost() throws IOException {
    LogServer server = LogServer.leading(directory);
    List<CompletableFuture<Reply>> replies = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      replies.add(server.log.submit(CounterMachine.add(1)));
    }

    server.close();

    int done = 0;
    for (CompletableFuture<Reply> reply : replies) {
      if (reply.isDone() && !reply.isCompletedExceptionally()) {
        done++;
      } else {
        assertThat(Await.failure(reply).code())
            .isIn(ErrorCode.UNAVAILABLE, ErrorCode.OUTCOME_UNKNOWN);
      }
    }
    assertThat(server.faults).isEmpty();
    assertThat(Await.failure(server.log.submit(CounterMachine.add(1))).code())
        .isEqualTo(ErrorCode.NOT_LEADER);
    try (LogServer again = LogServer.leading(directory)) {
      assertThat(again.counter()).isBetween((long) done, 2_000L);
    }
  }

  @Test
  void nowMillis_afterRestart_isNotBeforeTheReplicatedTime() throws IOException {
    try (LogServer server = LogServer.leading(directory)) {
      long future = System.currentTimeMillis() + 3_600_000;
      Await.result(
          server.log.submit(CommandEnvelope.internal(future, CounterMachine.add(1).command())));
    }
    try (LogServer server = LogServer.leading(directory)) {
      assertThat(server.log.nowMillis()).isGreaterThan(System.currentTimeMillis() + 3_500_000);
    }
  }

  private static void writeWithSnapshots(Path directory) throws IOException {
    try (LogServer server = LogServer.started(LogServer.settings(directory, OFTEN))) {
      server.awaitLeader();
      for (int i = 0; i < 75; i++) {
        add(server, 1);
      }
      Await.until("two snapshots", () -> snapshotNames(directory).size() == 2);
      assertThat(server.faults).isEmpty();
    }
  }

  private static void assertCounts(Path directory, long count) throws IOException {
    try (LogServer server = LogServer.leading(directory)) {
      assertThat(server.counter()).isEqualTo(count);
      assertThat(server.faults).isEmpty();
    }
  }

  private static void add(LogServer server, int count) {
    Await.result(server.log.submit(CounterMachine.add(count)));
  }

  private static long bytesOf(Path tree) {
    try (Stream<Path> files = Files.walk(tree)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException | UncheckedIOException e) {
      // A file went away under the walk: look again.
      return Long.MAX_VALUE;
    }
  }

  private static List<String> snapshotNames(Path directory) {
    Path snapshots = directory.resolve("snapshots");
    try (Stream<Path> found = Files.list(snapshots)) {
      return found
          .map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith("snapshot."))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String newestOf(List<String> names) {
    return names.stream()
        .max(
            Comparator.comparingLong(
                name -> Long.parseLong(name.substring(name.lastIndexOf('.') + 1))))
        .orElseThrow();
  }
}
