package io.shoal.storage.transfer;

import io.shoal.common.id.ChunkId;

/**
 * What was committed of a chunk.
 *
 * @param length bytes, at least 1
 * @param crc32c CRC32C of them
 */
public record ExpectedChunk(ChunkId chunk, int length, int crc32c) {
  public ExpectedChunk {
    if (length < 1) {
      throw new IllegalArgumentException("length: " + length + " (expected: >= 1)");
    }
  }
}
