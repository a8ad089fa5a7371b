package io.shoal.common.transport;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;

/**
 * A range of a chunk's bytes on a node.
 *
 * @param offset first byte, counted from the start of the chunk
 * @param length number of bytes, at least 1
 * @param nodeId the node that the reader means to talk to
 */
public record ReadRange(ChunkId chunkId, int offset, int length, NodeId nodeId) {
  public ReadRange {
    if (offset < 0) {
      throw new IllegalArgumentException("offset: " + offset + " (expected: >= 0)");
    }
    if (length < 1 || length > Integer.MAX_VALUE - offset) {
      throw new IllegalArgumentException(
          "length: " + length + " (expected: 1 to " + (Integer.MAX_VALUE - offset) + ")");
    }
  }

  /** Returns the offset behind the last byte. */
  public int end() {
    return offset + length;
  }
}
