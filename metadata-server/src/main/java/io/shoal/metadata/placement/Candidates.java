package io.shoal.metadata.placement;

import io.shoal.common.id.NodeId;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.cluster.VolumeRecord;
import io.shoal.metadata.liveness.Liveness;
import io.shoal.metadata.liveness.NodeLiveness;
import io.shoal.metadata.liveness.NodeReport;
import io.shoal.metadata.liveness.VolumeHealth;
import io.shoal.metadata.liveness.VolumeReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** The nodes that take chunks at present. */
final class Candidates {
  private Candidates() {}

  /**
   * Returns the nodes that take chunks, whether or not there is room for the next one.
   *
   * @param registered all nodes, as the replicated state knows them
   * @param promisedBytes what a node was promised and does not report yet
   */
  static List<Candidate> of(
      List<NodeRecord> registered, NodeLiveness liveness, ToLongFunction<NodeId> promisedBytes) {
    List<Candidate> candidates = new ArrayList<>(registered.size());
    for (NodeRecord node : registered) {
      NodeReport report = liveness.report(node.nodeId());
      if (report == null
          || node.dead()
          || liveness.of(node.nodeId()) != Liveness.ALIVE
          || node.adminState() != NodeRecord.AdminState.ACTIVE) {
        continue;
      }
      NodeReport usable = withoutFenced(node, report);
      candidates.add(
          new Candidate(
              node.nodeId(),
              FailureDomain.parse(node.description().failureDomain()),
              usable.availableBytes() - promisedBytes.applyAsLong(node.nodeId()),
              usable.largestAvailableBytes(),
              usable.pendingWriteBytes()));
    }
    return candidates;
  }

  /** Rule D3: a fence that is recorded counts, whatever the node says now. */
  private static NodeReport withoutFenced(NodeRecord node, NodeReport report) {
    Set<Integer> fenced =
        node.description().volumes().stream()
            .filter(VolumeRecord::fenced)
            .map(VolumeRecord::volume)
            .collect(Collectors.toSet());
    List<VolumeReport> usable =
        report.volumes().stream()
            .filter(
                volume ->
                    volume.health() == VolumeHealth.HEALTHY && !fenced.contains(volume.volume()))
            .toList();
    return new NodeReport(
        usable, report.writeStreams(), report.readStreams(), report.pendingWriteBytes());
  }
}
