package io.shoal.client;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A storage node as the leader sees it.
 *
 * @param address {@code host:port}
 * @param failureDomain "/zone/rack/host"
 * @param state what an operator decided about it
 * @param maintenance present while the state is {@code MAINTENANCE}
 * @param silentFor since its last heartbeat; empty if it sent none since the leader began
 * @param pendingWriteBytes received and not durable yet
 * @param replicaCount replicas of committed chunks that it holds, and that count
 * @param upkeep what it does about its own chunks, as it told last; all zero if it told nothing
 */
public record NodeStatus(
    int nodeId,
    String address,
    String failureDomain,
    Liveness liveness,
    State state,
    Optional<Maintenance> maintenance,
    String version,
    Optional<Duration> silentFor,
    long pendingWriteBytes,
    long replicaCount,
    List<VolumeStatus> volumes,
    Upkeep upkeep) {
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
    DECOMMISSIONED,
    /** It gets no new chunks, and may be away for some time without being taken for dead. */
    MAINTENANCE
  }

  /**
   * How far a node is prepared to be away.
   *
   * @param left until it ends by itself
   * @param ready whether the node may be switched off: nothing becomes unreadable by it
   * @param unprotectedChunks chunks of the node that too few other nodes have, of those that were
   *     looked at
   * @param failingChunks those of them that could not be copied when it was tried
   */
  public record Maintenance(
      Duration left, boolean ready, long unprotectedChunks, long failingChunks) {}

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
   * What a node does about its own chunks beside serving them.
   *
   * @param trashChunks chunks that wait to be erased because the leader does not know them; they
   *     count neither as used nor as chunks of their volumes
   * @param unknownChunks those in the trash, and those that the brake keeps from it
   * @param brakeOn whether nothing is deleted, because more chunks are unknown than is usual
   * @param brakeSinceMillis since when, on the cluster's clock; 0 while it is off
   */
  public record Upkeep(
      long trashChunks,
      long trashBytes,
      long unknownChunks,
      boolean brakeOn,
      long brakeSinceMillis,
      Scrub scrub) {}

  /**
   * How far a node has come with reading all of its chunks.
   *
   * @param passBytes what it has read in this pass
   * @param passOfBytes what there is to read, as far as is known; as many as were read between two
   *     passes
   * @param passDamaged chunks of this pass that were not what was written
   * @param lastEnded when the last pass ended, by the node's clock; empty if none did
   * @param lastDamaged chunks of the last pass that were not what was written
   */
  public record Scrub(
      long passBytes,
      long passOfBytes,
      long passDamaged,
      Optional<Instant> lastEnded,
      long lastDamaged) {
    /** Returns which share of this pass is done, 0 to 1; 1 if there is nothing to read. */
    public double share() {
      return passBytes >= passOfBytes ? 1 : (double) passBytes / passOfBytes;
    }
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
