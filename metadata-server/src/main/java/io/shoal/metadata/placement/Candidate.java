package io.shoal.metadata.placement;

import io.shoal.common.id.NodeId;

/** A node that may get chunks, while one request is served. */
final class Candidate {
  /** Bytes on their way to the disk that halve a node's share of new chunks. */
  private static final double LOAD_UNIT_BYTES = 64 << 20;

  private final NodeId nodeId;
  private final FailureDomain domain;
  private final long largestVolumeBytes;
  private final double loadDivisor;
  private long freeBytes;

  /**
   * Makes a candidate.
   *
   * @param freeBytes room above the reserve that is not promised yet, on all volumes together
   * @param largestVolumeBytes room on the volume that has most
   * @param pendingWriteBytes received and not durable yet
   */
  Candidate(
      NodeId nodeId,
      FailureDomain domain,
      long freeBytes,
      long largestVolumeBytes,
      long pendingWriteBytes) {
    this.nodeId = nodeId;
    this.domain = domain;
    this.freeBytes = freeBytes;
    this.largestVolumeBytes = largestVolumeBytes;
    this.loadDivisor = 1 + Math.max(0, pendingWriteBytes) / LOAD_UNIT_BYTES;
  }

  NodeId nodeId() {
    return nodeId;
  }

  FailureDomain domain() {
    return domain;
  }

  /**
   * Tells whether a chunk of this size finds room by what the node reported. What was promised
   * since does not count: most files are smaller than their chunk may be, thousands of them are
   * granted between two heartbeats, and the node itself refuses a chunk that it has no room for.
   */
  boolean hasRoom(long chunkBytes) {
    return largestVolumeBytes >= chunkBytes;
  }

  /** Returns how large its share of new chunks should be: by free space, less under load. */
  double weight() {
    return Math.max(0, freeBytes) / loadDivisor;
  }

  /** Takes note that a chunk was promised to it, so that others get the next ones. */
  void promise(long chunkBytes) {
    freeBytes -= chunkBytes;
  }
}
