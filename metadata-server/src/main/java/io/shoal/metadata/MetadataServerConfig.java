package io.shoal.metadata;

import io.shoal.common.config.Config;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.HostPort;
import io.shoal.metadata.consensus.Peer;
import io.shoal.metadata.consensus.queue.QueueLimits;
import io.shoal.metadata.consensus.snapshot.SnapshotSettings;
import io.shoal.metadata.rpc.ServiceSettings;
import io.shoal.metadata.store.RocksSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Everything that a metadata server is told.
 *
 * @param endpoint where it listens
 * @param place where its data lie, and whose they are
 * @param group with whom it keeps the log
 * @param log the replicated log and the state
 * @param services what stands on them; the id of a new cluster comes from the data directory
 * @param drainLimit how long requests may go on when the server is asked to stop
 */
public record MetadataServerConfig(
    Endpoint endpoint,
    Place place,
    Group group,
    Log log,
    ServiceSettings services,
    Duration drainLimit) {
  /**
   * Where a server is.
   *
   * @param listen what it binds; port 0 takes any free one
   * @param eventLoops number of network threads
   * @param maxBufferBytes direct memory that the server should use at most
   */
  public record Endpoint(HostPort listen, int eventLoops, long maxBufferBytes) {}

  /**
   * Where a server's data lie.
   *
   * @param clusterId the only cluster that the directory may belong to; empty for any
   * @param secretFile holds the cluster's secret
   */
  public record Place(Path dataDirectory, Optional<UUID> clusterId, Path secretFile) {}

  /**
   * The metadata servers of a cluster.
   *
   * @param selfId which of them this one is
   * @param peers all that there are or were, this one included; those that found a cluster together
   *     have to be 1, 3 or 5
   */
  public record Group(String selfId, List<Peer> peers) {
    public Group {
      peers = List.copyOf(peers);
      if (peers.stream().noneMatch(peer -> peer.id().equals(selfId))) {
        throw new IllegalArgumentException(
            "peers: " + peers + " (expected: '" + selfId + "' among them, which is the peer-id)");
      }
      if (peers.size() > 1 && !peers.stream().allMatch(Peer::hasOthers)) {
        throw new IllegalArgumentException(
            "peers: " + peers + " (expected: each with a port for the others, not 0)");
      }
      if (peers.stream().map(Peer::id).distinct().count() != peers.size()) {
        throw new IllegalArgumentException("peers: " + peers + " (expected: each id once)");
      }
    }

    /** Tells whether there are others. */
    public boolean isShared() {
      return peers.size() > 1;
    }

    /** Returns this server. */
    public Peer self() {
      return peers.stream().filter(peer -> peer.id().equals(selfId)).findFirst().orElseThrow();
    }

    void checkFounders() {
      if (peers.size() > 5 || peers.size() % 2 == 0) {
        throw new ShoalException(
            ErrorCode.INVALID_ARGUMENT,
            "peers",
            "peers: " + peers.size() + " (expected of a new cluster: 3 or 5)");
      }
    }
  }

  /** How the log and the state are kept. */
  public record Log(QueueLimits limits, SnapshotSettings snapshots, RocksSettings rocks) {}

  public MetadataServerConfig {
    if (drainLimit.isNegative()) {
      throw new IllegalArgumentException("drainLimit: " + drainLimit + " (expected: >= 0)");
    }
  }

  /**
   * Reads the keys of {@link MetadataServerSettings#SCHEMA}.
   *
   * @param version of this software, for people
   */
  public static MetadataServerConfig of(Config config, String version) {
    return config.build(values -> MetadataServerSettings.build(values, version));
  }
}
