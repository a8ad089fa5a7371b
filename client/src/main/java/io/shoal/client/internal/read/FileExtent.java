package io.shoal.client.internal.read;

/**
 * A run of a file's bytes in one chunk.
 *
 * @param fileOffset first byte in the file
 * @param length bytes, at least 1
 * @param chunkOffset first byte in the chunk
 */
record FileExtent(long fileOffset, int length, ChunkReplicas chunk, int chunkOffset) {
  /** Returns where it ends in the file. */
  long end() {
    return fileOffset + length;
  }

  boolean holds(long position) {
    return position >= fileOffset && position < end();
  }

  /** Returns the part from a position in the file on, at most to {@code end}. */
  FileExtent part(long from, long end) {
    int skipped = (int) (from - fileOffset);
    int rest = (int) (Math.min(end, end()) - from);
    return new FileExtent(from, rest, chunk, chunkOffset + skipped);
  }
}
