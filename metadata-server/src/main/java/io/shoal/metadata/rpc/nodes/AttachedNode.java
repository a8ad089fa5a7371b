package io.shoal.metadata.rpc.nodes;

import io.shoal.common.id.NodeId;
import io.shoal.metadata.cluster.NodeDescription;
import io.shoal.metadata.cluster.VolumeRecord;
import io.shoal.metadata.liveness.NodeReport;
import io.shoal.metadata.liveness.VolumeHealth;
import io.shoal.metadata.liveness.VolumeReport;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** A node that has registered, for as long as its stream lives. Thread-safe. */
final class AttachedNode {
  /** Pieces of work of one node that are under way at a time. */
  private static final int WORK_LIMIT = 8;

  private record Volumes(Set<Integer> all, Set<Integer> fenced) {}

  private final NodeId nodeId;
  private final NodeDescription description;
  private final AtomicInteger work = new AtomicInteger();
  private volatile Volumes onRecord;

  AttachedNode(NodeId nodeId, NodeDescription description) {
    this.nodeId = nodeId;
    this.description = description;
    this.onRecord =
        new Volumes(
            description.volumes().stream().map(VolumeRecord::volume).collect(Collectors.toSet()),
            description.volumes().stream()
                .filter(VolumeRecord::fenced)
                .map(VolumeRecord::volume)
                .collect(Collectors.toSet()));
  }

  NodeId nodeId() {
    return nodeId;
  }

  NodeDescription description() {
    return description;
  }

  String address() {
    return description.host() + ":" + description.port();
  }

  /** Begins a piece of work; returns false if too many are under way. */
  boolean beginWork() {
    if (work.incrementAndGet() > WORK_LIMIT) {
      work.decrementAndGet();
      return false;
    }
    return true;
  }

  void endWork() {
    work.decrementAndGet();
  }

  /**
   * Takes note of the volumes that a report tells of.
   *
   * @return whether there is a volume or a fence that is not on record yet
   */
  boolean noteVolumes(NodeReport report) {
    Volumes reported =
        new Volumes(
            report.volumes().stream().map(VolumeReport::volume).collect(Collectors.toSet()),
            report.volumes().stream()
                .filter(volume -> volume.health() == VolumeHealth.FENCED)
                .map(VolumeReport::volume)
                .collect(Collectors.toSet()));
    Volumes before = onRecord;
    onRecord = reported;
    return !before.all().containsAll(reported.all())
        || !before.fenced().containsAll(reported.fenced());
  }

  /** Takes note that what the last report told could not be put on record. */
  void forgetVolumes() {
    onRecord = new Volumes(Set.of(), Set.of());
  }

  @Override
  public String toString() {
    return "Node " + nodeId + " at " + address();
  }
}
