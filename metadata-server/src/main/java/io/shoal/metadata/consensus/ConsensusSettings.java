package io.shoal.metadata.consensus;

import io.shoal.metadata.consensus.queue.QueueLimits;
import io.shoal.metadata.consensus.raft.RaftNode;
import io.shoal.metadata.consensus.snapshot.SnapshotSettings;
import io.shoal.metadata.store.RocksSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * Where the log and the state lie, who shares them, and the limits.
 *
 * @param directory the server's data directory; it belongs to this process alone
 * @param groupId the same for all peers of a cluster, of no other
 * @param self this server
 * @param founders all servers that began the log, this one included; empty for one that joins them
 *     later
 */
public record ConsensusSettings(
    Path directory,
    UUID groupId,
    Peer self,
    List<Peer> founders,
    QueueLimits limits,
    SnapshotSettings snapshots,
    RocksSettings rocks) {
  public ConsensusSettings {
    founders = List.copyOf(founders);
    if (!founders.isEmpty() && !founders.contains(self)) {
      throw new IllegalArgumentException(
          "founders: " + founders + " (expected: " + self + " among them)");
    }
    if (founders.stream().map(Peer::id).distinct().count() != founders.size()) {
      throw new IllegalArgumentException("founders: " + founders + " (expected: each id once)");
    }
  }

  /** Tells whether there can be no others, as long as this process runs. */
  boolean alone() {
    return !self.hasOthers();
  }

  RaftNode.Settings raft() {
    return new RaftNode.Settings(
        raft(directory), groupId, self, founders, limits.entryBytesMax(), snapshots);
  }

  Path snapshotDirectory() {
    return snapshots(directory);
  }

  /** Returns where the log lies in a data directory. */
  static Path raft(Path directory) {
    return directory.resolve("raft");
  }

  /** Returns where the snapshots lie in a data directory. */
  static Path snapshots(Path directory) {
    return directory.resolve("snapshots");
  }
}
