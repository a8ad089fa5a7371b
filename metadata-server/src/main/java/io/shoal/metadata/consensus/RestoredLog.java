package io.shoal.metadata.consensus;

import io.shoal.common.error.FaultHandler;
import io.shoal.metadata.consensus.raft.RaftNode;
import io.shoal.metadata.consensus.snapshot.SnapshotSettings;
import io.shoal.metadata.consensus.snapshot.Snapshots;
import io.shoal.metadata.consensus.snapshot.StateDirectory;
import io.shoal.metadata.store.DurableStateStore;
import io.shoal.metadata.store.LogPosition;
import io.shoal.metadata.store.RocksSettings;
import io.shoal.metadata.store.StateWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Function;

/**
 * The log of a cluster whose state comes from a backup. It begins behind the last entry of the
 * backup, in a term that no server of the history before can have reached: what such a server still
 * has is not taken for newer, and it halts rather than follow.
 */
public final class RestoredLog {
  /** More elections than a cluster sees. */
  private static final long TERMS_OF_A_HISTORY = 1_000_000;

  private RestoredLog() {}

  /**
   * Makes state, snapshot and log in a directory that has none. Blocks.
   *
   * @param backup a directory with the files of a snapshot
   * @param change what else is different from now on; tells which group keeps the log
   * @return that group
   * @throws IOException if the backup is damaged, or the directory can't be written
   */
  public static UUID make(
      Path directory,
      Path backup,
      SnapshotSettings settings,
      RocksSettings rocks,
      Function<StateWriter, UUID> change,
      FaultHandler faults)
      throws IOException {
    StateDirectory state = new StateDirectory(directory, rocks, faults);
    try (DurableStateStore store = state.openBackup(backup)) {
      LogPosition begin = behind(store.applied());
      UUID groupId;
      try (StateWriter writer = store.begin()) {
        groupId = change.apply(writer);
        store.commit(writer, begin);
      }
      new Snapshots(ConsensusSettings.snapshots(directory), settings.retained()).take(store);
      RaftNode.prepare(ConsensusSettings.raft(directory), groupId, begin.term());
      return groupId;
    }
  }

  private static LogPosition behind(LogPosition last) {
    return new LogPosition(
        (last.term() / TERMS_OF_A_HISTORY + 1) * TERMS_OF_A_HISTORY, last.index() + 1);
  }
}
