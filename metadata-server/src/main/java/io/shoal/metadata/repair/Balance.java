package io.shoal.metadata.repair;

import io.shoal.common.id.NodeId;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.cluster.NodeRecord.AdminState;
import io.shoal.metadata.liveness.Liveness;
import io.shoal.metadata.liveness.NodeLiveness;
import io.shoal.metadata.liveness.NodeReport;
import io.shoal.metadata.liveness.VolumeHealth;
import io.shoal.metadata.liveness.VolumeReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How evenly the nodes that take part are filled: which have too much, and which have room for it.
 * A node has its place if its used share is no farther than a threshold from that of all nodes
 * together. If only nodes on one side have not, those between the mean and the threshold on the
 * other side give or take. Made for a moment; belongs to whoever made it.
 */
final class Balance {
  /** What was reported of a node, and what will be there when all moves have ended. */
  private static final class Place {
    private final NodeFullness reported;
    private double usedBytes;

    Place(NodeFullness reported) {
      this.reported = reported;
      this.usedBytes = reported.usedBytes();
    }

    double share() {
      return usedBytes / reported.sizeBytes();
    }
  }

  private final double threshold;
  private final Map<NodeId, Place> places = new LinkedHashMap<>();
  private final double mean;

  /**
   * Makes it.
   *
   * @param threshold of the used shares, 0 to 1
   * @param nodes of which each has a size
   */
  Balance(double threshold, List<NodeFullness> nodes) {
    this.threshold = threshold;
    nodes.forEach(node -> places.put(node.nodeId(), new Place(node)));
    double size = nodes.stream().mapToDouble(NodeFullness::sizeBytes).sum();
    this.mean = size == 0 ? 0 : nodes.stream().mapToDouble(NodeFullness::usedBytes).sum() / size;
  }

  /** Returns the nodes that take part: they live, get new chunks, and have room for any. */
  static List<NodeFullness> reported(List<NodeRecord> registered, NodeLiveness liveness) {
    List<NodeFullness> nodes = new ArrayList<>();
    for (NodeRecord node : registered) {
      NodeReport report = liveness.report(node.nodeId());
      if (report != null
          && !node.dead()
          && node.adminState() == AdminState.ACTIVE
          && liveness.of(node.nodeId()) == Liveness.ALIVE) {
        NodeFullness fullness = reported(node, report);
        if (fullness.sizeBytes() > 0) {
          nodes.add(fullness);
        }
      }
    }
    return nodes;
  }

  private static NodeFullness reported(NodeRecord node, NodeReport report) {
    long used = 0;
    long available = 0;
    long chunks = 0;
    for (VolumeReport volume : report.volumes()) {
      boolean counts =
          volume.health() == VolumeHealth.HEALTHY || volume.health() == VolumeHealth.FULL;
      if (counts && !node.fenced(volume.volume())) {
        used += volume.usedBytes();
        available += volume.availableBytes();
        chunks += volume.chunkCount();
      }
    }
    return new NodeFullness(node.nodeId(), used, available, chunks);
  }

  List<NodeFullness> nodes() {
    return places.values().stream().map(place -> place.reported).toList();
  }

  /** Returns the used share of all nodes together, 0 to 1. */
  double mean() {
    return mean;
  }

  /** Takes note of bytes that are on their way to a node. */
  void willGet(NodeId nodeId, long bytes) {
    add(nodeId, bytes);
  }

  /** Takes note of bytes that are about to be deleted from a node. */
  void willLose(NodeId nodeId, long bytes) {
    add(nodeId, -bytes);
  }

  private void add(NodeId nodeId, long bytes) {
    Place place = places.get(nodeId);
    if (place != null) {
      place.usedBytes += bytes;
    }
  }

  /** Tells whether every node has its place. */
  boolean reached() {
    return places.values().stream().noneMatch(place -> isOver(place) || isUnder(place));
  }

  private boolean isOver(Place place) {
    return place.share() > mean + threshold;
  }

  private boolean isUnder(Place place) {
    return place.share() < mean - threshold;
  }

  /** Returns nodes that are to give, the fullest first. */
  List<NodeId> sources() {
    boolean anyUnder = places.values().stream().anyMatch(this::isUnder);
    return places.values().stream()
        .filter(place -> isOver(place) || (anyUnder && place.share() > mean))
        .sorted(Comparator.comparingDouble(Place::share).reversed())
        .map(place -> place.reported.nodeId())
        .toList();
  }

  /**
   * Tells whether a chunk may go from one node to another: that one is to take, this one to give,
   * and afterwards the order of the two is what it was, so that nothing goes back and forth.
   */
  boolean mayMove(NodeId source, NodeId target, long bytes) {
    Place from = places.get(source);
    Place to = places.get(target);
    if (from == null || to == null) {
      return false;
    }
    boolean anyOver = places.values().stream().anyMatch(this::isOver);
    boolean gives = isOver(from) || (isUnder(to) && from.share() > mean);
    boolean takes = isUnder(to) || (anyOver && to.share() < mean);
    double left = (from.usedBytes - bytes) / from.reported.sizeBytes();
    double there = (to.usedBytes + bytes) / to.reported.sizeBytes();
    return gives && takes && left >= there;
  }

  /** Returns how many bytes have to move until every node has its place, at least. */
  long leftBytes() {
    double over = 0;
    double under = 0;
    for (Place place : places.values()) {
      double size = place.reported.sizeBytes();
      over += Math.max(0, place.usedBytes - (mean + threshold) * size);
      under += Math.max(0, (mean - threshold) * size - place.usedBytes);
    }
    return (long) Math.max(over, under);
  }

  /** Returns how many bytes a chunk has on average. */
  long meanChunkBytes() {
    double used = 0;
    double chunks = 0;
    for (Place place : places.values()) {
      used += place.reported.usedBytes();
      chunks += place.reported.chunkCount();
    }
    return chunks == 0 ? 0 : Math.max(1, (long) (used / chunks));
  }
}
