package io.shoal.metadata.consensus;

import io.shoal.metadata.consensus.queue.QueueLimits;
import io.shoal.metadata.consensus.raft.Peer;
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
 * @param selfId which of the peers this server is
 * @param peers all servers that keep the log, this one included
 */
public record ConsensusSettings(
    Path directory,
    UUID groupId,
    String selfId,
    List<Peer> peers,
    QueueLimits limits,
    SnapshotSettings snapshots,
    RocksSettings rocks) {
  public ConsensusSettings {
    peers = List.copyOf(peers);
    long named = peers.stream().filter(peer -> peer.id().equals(selfId)).count();
    if (named != 1) {
      throw new IllegalArgumentException(
          "peers: " + peers + " name '" + selfId + "' " + named + " times (expected: once)");
    }
    if (peers.stream().map(Peer::id).distinct().count() != peers.size()) {
      throw new IllegalArgumentException("peers: " + peers + " (expected: each id once)");
    }
  }

  boolean singlePeer() {
    return peers.size() == 1;
  }

  RaftNode.Settings raft() {
    Peer self = peers.stream().filter(peer -> peer.id().equals(selfId)).findFirst().orElseThrow();
    return new RaftNode.Settings(
        directory.resolve("raft"), groupId, self, peers, limits.entryBytesMax(), snapshots);
  }

  Path snapshotDirectory() {
    return directory.resolve("snapshots");
  }
}
