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
 * The log of a cluster whose state comes from a backup. It begins with a term and an index of its
 * own: the number of the history, which counts milliseconds, so that no other history had as many
 * elections or entries when it was given up. A server of another one can't take its entries for its
 * own, and gets a snapshot.
 */
public final class RestoredLog {
  /**
   * What is different from now on.
   *
   * @param groupId keeps the log
   * @param number of the history, greater than those before
   */
  public record History(UUID groupId, long number) {}

  private RestoredLog() {}

  /**
   * Makes state, snapshot and log in a directory that has none. Blocks.
   *
   * @param backup a directory with the files of a snapshot
   * @param change changes the state, and tells which history begins
   * @return that group
   * @throws IOException if the backup is damaged, or the directory can't be written
   */
  public static UUID make(
      Path directory,
      Path backup,
      SnapshotSettings settings,
      RocksSettings rocks,
      Function<StateWriter, History> change,
      FaultHandler faults)
      throws IOException {
    StateDirectory state = new StateDirectory(directory, rocks, faults);
    try (DurableStateStore store = state.openBackup(backup)) {
      LogPosition last = store.applied();
      History history;
      LogPosition begin;
      try (StateWriter writer = store.begin()) {
        history = change.apply(writer);
        begin =
            new LogPosition(
                Math.max(last.term() + 1, history.number()),
                Math.max(last.index() + 1, history.number()));
        store.commit(writer, begin);
      }
      new Snapshots(ConsensusSettings.snapshots(directory), settings.retained()).take(store);
      RaftNode.prepare(ConsensusSettings.raft(directory), history.groupId(), begin.term());
      return history.groupId();
    }
  }
}
