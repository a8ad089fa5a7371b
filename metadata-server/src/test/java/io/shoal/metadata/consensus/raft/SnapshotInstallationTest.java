package io.shoal.metadata.consensus.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.error.FaultHandler;
import io.shoal.common.testing.FakeClock;
import io.shoal.metadata.consensus.snapshot.Snapshots;
import io.shoal.metadata.consensus.snapshot.StateDirectory;
import io.shoal.metadata.store.DurableStateStore;
import io.shoal.metadata.store.LogPosition;
import io.shoal.metadata.store.ReplaceableStateStore;
import io.shoal.metadata.store.RocksSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which snapshots take the place of the state. */
class SnapshotInstallationTest {
  private static final FaultHandler NO_FAULTS =
      (where, fault) -> {
        throw new AssertionError(where, fault);
      };

  @TempDir private Path directory;

  private StateDirectory stateOf(String name) throws IOException {
    Path data = Files.createDirectories(directory.resolve(name));
    return new StateDirectory(data, RocksSettings.DEFAULT, NO_FAULTS);
  }

  /**
   * Installs a snapshot of one position over a state of another; returns where the state is then.
   */
  private LogPosition install(LogPosition snapshot, LogPosition applied) throws IOException {
    Snapshots incoming = new Snapshots(directory.resolve("incoming"), 2);
    try (DurableStateStore other =
        stateOf("other").open(new Snapshots(directory.resolve("none"), 1))) {
      other.commit(other.begin(), snapshot);
      incoming.take(other);
    }
    StateDirectory state = stateOf("own");
    try (ReplaceableStateStore store =
        new ReplaceableStateStore(state.open(new Snapshots(directory.resolve("none"), 1)))) {
      store.commit(store.begin(), applied);
      new SnapshotInstallation(
              state, incoming, (server, target) -> new CompletableFuture<>(), new FakeClock())
          .install(store);
      return store.applied();
    }
  }

  @Test
  void newer_takesItsPlace() throws IOException {
    LogPosition newer = new LogPosition(3, 200);
    assertThat(install(newer, new LogPosition(2, 100))).isEqualTo(newer);
  }

  /** The state went on while the snapshot was on its way, under another leader, say. */
  @Test
  void older_isLeftAlone_whateverItsTerm() throws IOException {
    LogPosition applied = new LogPosition(4, 150);
    assertThat(install(new LogPosition(3, 100), applied)).isEqualTo(applied);
  }

  @Test
  void moreEntriesInAnEarlierTerm_isOfAnotherHistory() {
    assertThatThrownBy(() -> install(new LogPosition(3, 200), new LogPosition(1_000_000, 90)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("of a history that goes on");
  }
}
