package io.shoal.metadata.reclaim;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import java.util.List;
import java.util.Set;

/** The storage nodes that are attached to this leader. Thread-safe; nothing blocks. */
public interface NodeOrders {
  /** Returns who is attached. */
  Set<NodeId> attached();

  /**
   * Sends an order to delete chunks. The answer comes to {@link Maintenance#onChunksDeleted}, or
   * never.
   *
   * @return false if the node is not attached, or does not take more at present
   */
  boolean delete(NodeId nodeId, List<ChunkId> chunkIds);
}
