package io.shoal.storage.volume;

import io.shoal.storage.chunk.ChunkConfig;
import io.shoal.storage.index.IndexConfig;

/**
 * How a node's volumes work.
 *
 * @param chunks pools and limits of each volume
 * @param index memory of the indexes
 * @param reserveBytes bytes that are left free on the file system of each volume, at least 0
 */
public record StoreConfig(ChunkConfig chunks, IndexConfig index, long reserveBytes) {
  public StoreConfig {
    if (reserveBytes < 0) {
      throw new IllegalArgumentException("reserveBytes: " + reserveBytes + " (expected: >= 0)");
    }
  }

  /** Returns what a node uses unless it is told otherwise. */
  public static StoreConfig defaults() {
    return new StoreConfig(ChunkConfig.defaults(), IndexConfig.defaults(), 1L << 30);
  }
}
