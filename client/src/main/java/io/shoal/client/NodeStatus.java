package io.shoal.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A storage node as the leader sees it.
 *
 * @param address {@code host:port}
 * @param failureDomain "/zone/rack/host"
 * @param state what an operator decided about it
 * @param silentFor since its last heartbeat; empty if it sent none since the leader began
 * @param pendingWriteBytes received and not durable yet
 * @param replicaCount replicas of committed chunks that it holds, and that count
 */
public record NodeStatus(
    int nodeId,
    String address,
    String failureDomain,
    Liveness liveness,
    State state,
    String version,
    Optional<Duration> silentFor,
    long pendingWriteBytes,
    long replicaCount,
    List<VolumeStatus> volumes) {
  public NodeStatus {
    volumes = List.copyOf(volumes);
  }

  /** What an operator decided about a node. */
  public enum State {
    /** It takes part. */
    ACTIVE,
    /** It gets no new chunks, and its replicas are copied to others. */
    DECOMMISSIONING,
    /** It holds nothing any more, and may be switched off for good. */
    DECOMMISSIONED
  }

  /** Whether a node can be counted on. */
  public enum Liveness {
    /** Heartbeats arrive in time. */
    ALIVE,
    /** Late: gets no new chunks. */
    SUSPECT,
    /** Its replicas count as lost. */
    DEAD
  }

  /**
   * A disk of the node.
   *
   * @param availableBytes what may still be written above the reserve
   * @param fenceReason why it takes no writes; empty while it does
   */
  public record VolumeStatus(
      int volumeId,
      String directory,
      long capacityBytes,
      long availableBytes,
      long usedBytes,
      long chunkCount,
      String health,
      String fenceReason) {}
}
