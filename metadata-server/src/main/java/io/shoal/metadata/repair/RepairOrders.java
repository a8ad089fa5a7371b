package io.shoal.metadata.repair;

import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.cluster.NodeRecord;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The storage nodes that are attached to this leader, as those who carry out orders. Answers come
 * to {@link Repair}, or never. Thread-safe; nothing blocks.
 */
public interface RepairOrders {
  /** Returns who is attached. */
  Set<NodeId> attached();

  /**
   * Sends an order.
   *
   * @return false if the node is not attached, or does not take more at present
   */
  boolean check(NodeId nodeId, Check order);

  /** As {@link #check}. */
  boolean copy(NodeId nodeId, Copy order);

  /**
   * An order to find out how replicas are.
   *
   * @param orderId comes back with the answer
   * @param read every byte, instead of believing the records of the volumes
   */
  record Check(long orderId, List<Content> chunks, boolean read) {
    public Check {
      chunks = List.copyOf(chunks);
    }
  }

  /** What was committed of a chunk. */
  record Content(ChunkId chunkId, int length, int crc32c) {}

  /**
   * An order to make a replica. Rule P3.
   *
   * @param orderId comes back with the answer
   * @param sources nodes to copy from, in the order in which to try them
   * @param expiresAtMillis last moment at which the replica may be added, on the log clock
   */
  record Copy(long orderId, Content content, List<NodeRecord> sources, long expiresAtMillis) {
    public Copy {
      sources = List.copyOf(sources);
    }
  }

  /** What a node found out about one replica. */
  enum Finding {
    /** All bytes are there. */
    INTACT,
    /** All volumes answered, and none has the chunk. */
    MISSING,
    /** The replica is shorter, or has other bytes. */
    DAMAGED,
    /** A volume that may have it can't be opened. */
    UNREACHABLE,
    /** It could not be found out this time. */
    UNDECIDED
  }

  /**
   * What came of an order to copy.
   *
   * @param volume that holds the replica
   * @param failure why there is none; null if there is
   */
  record Copied(int volume, @Nullable ShoalException failure) {}
}
