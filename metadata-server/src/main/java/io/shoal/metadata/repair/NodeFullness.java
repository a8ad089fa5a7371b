package io.shoal.metadata.repair;

import io.shoal.common.id.NodeId;

/**
 * How full a node is.
 *
 * @param usedBytes of its chunks
 * @param availableBytes what may still be written there
 * @param chunkCount its chunks
 */
public record NodeFullness(NodeId nodeId, long usedBytes, long availableBytes, long chunkCount) {
  private static final double MILLION = 1e6;

  /** Returns what there is for chunks, used or not, in bytes. */
  public long sizeBytes() {
    return usedBytes + availableBytes;
  }

  /** Returns the used share in millionths of the size. */
  public int usedMillionths() {
    return millionths((double) usedBytes, (double) sizeBytes());
  }

  static int millionths(double usedBytes, double sizeBytes) {
    return sizeBytes <= 0 ? 0 : (int) Math.round(MILLION * usedBytes / sizeBytes);
  }
}
