package io.shoal.metadata.reclaim;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.time.TimeSource;
import io.shoal.metadata.chunk.ChunkQueries;
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

  DeleteOrders(NodeOrders nodes, MaintenanceSettings settings, TimeSource time) {
    this.nodes = nodes;
    this.settings = settings;
    this.time = time;
  }

  /** Gives an order to every node that has garbage and none. */
  void give(StateReader state) {
    givenAtNanos.keySet().retainAll(nodes.attached());
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
    List<ChunkId> chunkIds = new ChunkQueries(state).deletable(nodeId, settings.chunksPerOrder());
    if (!chunkIds.isEmpty() && nodes.delete(nodeId, chunkIds)) {
      givenAtNanos.put(nodeId, time.nanoTime());
    }
  }

  /** Takes note that a node has carried out something, and that the state knows it. */
  void onAnswered(NodeId nodeId) {
    givenAtNanos.remove(nodeId);
  }

  void clear() {
    givenAtNanos.clear();
  }
}
