package io.shoal.storage;

import io.shoal.common.rpc.HostPort;
import io.shoal.storage.heartbeat.HeartbeatConfig;
import io.shoal.storage.rpc.StreamConfig;
import io.shoal.storage.scrub.ScrubConfig;
import io.shoal.storage.trash.TrashConfig;
import io.shoal.storage.volume.StoreConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Everything that a storage node is told.
 *
 * @param endpoint where it listens, and how it is known
 * @param dataDirectories one for each disk
 * @param secretFile holds the cluster's secret
 * @param store how the volumes work
 * @param streams limits of the streams
 * @param heartbeat how the leader is found
 * @param scrub how often every chunk is read
 * @param trash what is done with chunks that the leader does not know
 * @param drainLimit how long streams may go on when the node is asked to stop
 */
public record StorageNodeConfig(
    Endpoint endpoint,
    List<Path> dataDirectories,
    Path secretFile,
    StoreConfig store,
    StreamConfig streams,
    HeartbeatConfig heartbeat,
    ScrubConfig scrub,
    TrashConfig trash,
    Duration drainLimit) {
  public StorageNodeConfig {
    dataDirectories = List.copyOf(dataDirectories);
    if (dataDirectories.isEmpty()) {
      throw new IllegalArgumentException("data directories: none (expected: at least one)");
    }
    if (drainLimit.isNegative()) {
      throw new IllegalArgumentException("drainLimit: " + drainLimit + " (expected: >= 0)");
    }
  }

  /** Returns the same with other data directories. */
  public StorageNodeConfig withDataDirectories(List<Path> directories) {
    return new StorageNodeConfig(
        endpoint, directories, secretFile, store, streams, heartbeat, scrub, trash, drainLimit);
  }

  /**
   * Where a node is.
   *
   * @param listen what it binds; port 0 takes any free one
   * @param advertisedHost by which others reach it; empty for the host that it binds
   * @param failureDomain as a path, most general first: {@code /zone/rack/host}
   * @param clusterId the cluster that it must belong to; empty for the one that takes it in
   * @param eventLoops number of network threads
   * @param streamWindowBytes HTTP/2 window of a stream for what the node receives
   * @param maxBufferBytes direct memory that the node should use at most
   */
  public record Endpoint(
      HostPort listen,
      Optional<String> advertisedHost,
      String failureDomain,
      Optional<String> clusterId,
      int eventLoops,
      int streamWindowBytes,
      long maxBufferBytes) {
    public Endpoint {
      if (!failureDomain.startsWith("/")) {
        throw new IllegalArgumentException(
            "failure domain: '" + failureDomain + "' (expected: a path such as /zone/rack/host)");
      }
      boolean everywhere = listen.host().equals("0.0.0.0") || listen.host().equals("::");
      if (everywhere && advertisedHost.isEmpty()) {
        throw new IllegalArgumentException(
            "advertised-host: none (expected: how clients reach this node, for it listens on "
                + listen.host()
                + ")");
      }
      if (eventLoops < 1) {
        throw new IllegalArgumentException("eventLoops: " + eventLoops + " (expected: >= 1)");
      }
    }

    /** Returns what suits a node on this machine that listens on a loopback port. */
    public static Endpoint loopback(int port) {
      return new Endpoint(
          new HostPort("127.0.0.1", port),
          Optional.empty(),
          "/default",
          Optional.empty(),
          2,
          1 << 20,
          160L << 20);
    }

    /** Returns the host by which others reach the node. */
    public String reachableHost() {
      return advertisedHost.orElse(listen.host());
    }
  }
}
