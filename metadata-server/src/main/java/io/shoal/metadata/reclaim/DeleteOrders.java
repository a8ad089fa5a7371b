package io.shoal.metadata.reclaim;

import io.shoal.common.id.NodeId;
import io.shoal.common.time.TimeSource;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.chunk.GarbageChunk;
import io.shoal.metadata.store.StateReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Has attached nodes delete the garbage that the state lists for them: one order at a time for each
 * node, given again when it was not answered in time. Soft state; belongs to the shard of {@link
 * Maintenance}.
 */
final class DeleteOrders {
  private final NodeOrders nodes;
  private final MaintenanceSettings settings;
  private final TimeSource time;

  /** When the order was given that a node has not answered yet. */
  private final Map<NodeId, Long> givenAtNanos = new HashMap<>();

  /** Where the next order of a node goes on; nothing for one that begins with the oldest. */
  private final Map<NodeId, GarbageChunk> lastGiven = new HashMap<>();

  DeleteOrders(NodeOrders nodes, MaintenanceSettings settings, TimeSource time) {
    this.nodes = nodes;
    this.settings = settings;
    this.time = time;
  }

  /** Gives an order to every node that has garbage and none. */
  void give(StateReader state) {
    givenAtNanos.keySet().retainAll(nodes.attached());
    lastGiven.keySet().retainAll(nodes.attached());
    for (NodeId nodeId : nodes.attached()) {
      give(nodeId, state);
    }
  }

  /** Gives an order to a node if it has garbage and none. */
  void give(NodeId nodeId, StateReader state) {
    Long given = givenAtNanos.get(nodeId);
    if (given != null && time.nanoTime() - given < settings.orderTimeout().toNanos()) {
      return;
    }
    // On behind the last one, so that what a node can't delete is not in the way of the rest.
    GarbageChunk last = lastGiven.remove(nodeId);
    List<GarbageChunk> page =
        new ChunkQueries(state).deletable(nodeId, last, settings.chunksPerOrder());
    if (!page.isEmpty()
        && nodes.delete(nodeId, page.stream().map(GarbageChunk::chunkId).toList())) {
      givenAtNanos.put(nodeId, time.nanoTime());
      if (page.size() == settings.chunksPerOrder()) {
        lastGiven.put(nodeId, page.get(page.size() - 1));
      }
    }
  }

  /** Takes note that a node has carried out something, and that the state knows it. */
  void onAnswered(NodeId nodeId) {
    givenAtNanos.remove(nodeId);
  }

  void clear() {
    lastGiven.clear();
    givenAtNanos.clear();
  }
}
