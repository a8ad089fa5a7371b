package io.shoal.metadata.liveness;

import java.util.List;

/**
 * What a node says of itself in a heartbeat.
 *
 * @param pendingWriteBytes bytes that it has received and that are not durable yet
 */
public record NodeReport(
    List<VolumeReport> volumes,
    int writeStreams,
    int readStreams,
    long pendingWriteBytes,
    NodeUpkeep upkeep) {
  public NodeReport {
    volumes = List.copyOf(volumes);
  }

  /** Makes the report of a node that says nothing of its upkeep. */
  public NodeReport(
      List<VolumeReport> volumes, int writeStreams, int readStreams, long pendingWriteBytes) {
    this(volumes, writeStreams, readStreams, pendingWriteBytes, NodeUpkeep.NONE);
  }

  /** Returns what may still be written on volumes that take chunks, in bytes. */
  public long availableBytes() {
    return volumes.stream()
        .filter(volume -> volume.health() == VolumeHealth.HEALTHY)
        .mapToLong(VolumeReport::availableBytes)
        .sum();
  }

  /** Returns what may still be written on the volume that has most room, in bytes. */
  public long largestAvailableBytes() {
    return volumes.stream()
        .filter(volume -> volume.health() == VolumeHealth.HEALTHY)
        .mapToLong(VolumeReport::availableBytes)
        .max()
        .orElse(0);
  }
}
