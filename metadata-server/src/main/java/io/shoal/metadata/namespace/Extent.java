package io.shoal.metadata.namespace;

import io.shoal.common.id.ChunkId;

/**
 * A row of a file's map: where a run of the file's bytes lies.
 *
 * @param fileOffset where the run begins in the file, in bytes
 * @param length bytes, at least 1
 * @param chunkOffset where the run begins in the chunk, in bytes
 */
public record Extent(long fileOffset, int length, ChunkId chunkId, int chunkOffset) {
  /** Returns where the run ends in the file. */
  public long fileEnd() {
    return fileOffset + length;
  }

  /** Returns where the run ends in the chunk. */
  public long chunkEnd() {
    return (long) chunkOffset + length;
  }
}
