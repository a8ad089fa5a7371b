package io.shoal.metadata.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.snapshot.DurableFiles;
import io.shoal.common.testing.Await;
import io.shoal.metadata.consensus.snapshot.Snapshot;
import io.shoal.metadata.consensus.snapshot.SnapshotSettings;
import io.shoal.metadata.store.RocksSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log that begins with a backup, and servers that kept the one before. */
final class RestoredLogTest {
  @TempDir private Path directory;

  /** Takes a snapshot of the leader, and copies it. */
  private Path backUp(LogGroup group) throws IOException {
    LogServer leader = group.awaitLeader();
    Await.result(leader.log.takeSnapshot());
    Snapshot newest = leader.log.snapshots().newest().orElseThrow();
    Path backup = directory.resolve("backup");
    LogServer.copyAsCrashed(newest.directory(), backup);
    return backup;
  }

  private void restore(Path backup, String id) throws IOException {
    Path data = directory.resolve(id);
    DurableFiles.deleteTree(data);
    Files.createDirectories(data);
    RestoredLog.make(
        data,
        backup,
        SnapshotSettings.DEFAULT,
        RocksSettings.DEFAULT,
        state -> new RestoredLog.History(LogServer.GROUP, 1_800_000_000_000L),
        (where, fault) -> {
          throw new AssertionError(where, fault);
        });
  }

  @Test
  void restored_goesOnFromTheBackup_alsoOverARestart() throws IOException {
    try (LogGroup group = LogGroup.founded(directory, 3)) {
      group.add(5);
      Path backup = backUp(group);
      group.add(7);
      for (String id : List.of("m0", "m1", "m2")) {
        group.stop(id);
      }
      restore(backup, "m0");
      LogServer restored = group.start(group.peerOf("m0"), List.of(group.peerOf("m0")));
      group.awaitLeader();
      assertThat(restored.counter()).isEqualTo(5);
      group.add(3);
      LogServer again = group.restart("m0");
      group.add(1);
      assertThat(again.counter()).isEqualTo(9);
      assertThat(again.faults).isEmpty();
    }
  }

  /** It is started by mistake: the leader's state takes the place of what it has. */
  @Test
  void serverOfTheHistoryBefore_getsWhatWasRestored() throws IOException {
    try (LogGroup group = LogGroup.founded(directory, 3)) {
      LogServer old = startOld(group, 250);
      Await.until("it has what was restored", () -> old.counter() == 8);
      group.add(1);
      Await.until("it goes on", () -> old.counter() == 9);
      assertThat(old.faults).isEmpty();
      assertThat(old.installations.get()).isEqualTo(1);
    }
  }

  /** Restores a server, and starts another one with what it applied since the backup. */
  private LogServer startOld(LogGroup group, int since) throws IOException {
    group.add(5);
    Path backup = backUp(group);
    group.add(since);
    for (LogServer server : group.servers()) {
      Await.until("applied", () -> server.counter() == 5 + since);
    }
    for (String id : List.of("m0", "m1", "m2")) {
      group.stop(id);
    }
    restore(backup, "m0");
    Peer self = group.peerOf("m0");
    group.start(self, List.of(self));
    group.add(3);
    LogServer old = group.startAgain("m2");
    var unused =
        group.awaitLeader().log.group().change(Optional.of(group.peerOf("m2")), Optional.empty());
    return old;
  }

  @Test
  void backup_withoutItsList_isRefused() throws IOException {
    Path backup = Files.createDirectory(directory.resolve("nothing"));
    assertThatThrownBy(() -> restore(backup, "m0")).isInstanceOf(IOException.class);
  }
}
