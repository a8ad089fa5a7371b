package io.shoal.storage.index;

/**
 * Memory and files of RocksDB, for all volumes of a node together unless it says otherwise.
 *
 * @param blockCacheBytes cache for blocks of tables, shared by the volumes
 * @param writeBufferBytes memory for changes that are not in a table yet, of one column family of
 *     one volume
 * @param totalWriteBufferBytes the same of all volumes together
 * @param maxOpenFiles table files that one volume keeps open; -1 for all
 * @param blobFileBytes size at which a file with the bytes of small chunks is closed
 */
public record IndexConfig(
    long blockCacheBytes,
    long writeBufferBytes,
    long totalWriteBufferBytes,
    int maxOpenFiles,
    long blobFileBytes) {
  public IndexConfig {
    checkPositive("blockCacheBytes", blockCacheBytes);
    checkPositive("writeBufferBytes", writeBufferBytes);
    checkPositive("totalWriteBufferBytes", totalWriteBufferBytes);
    checkPositive("blobFileBytes", blobFileBytes);
    if (maxOpenFiles < -1 || maxOpenFiles == 0) {
      throw new IllegalArgumentException(
          "maxOpenFiles: " + maxOpenFiles + " (expected: -1 or > 0)");
    }
  }

  /**
   * Returns what a node uses unless it is told otherwise: small enough for an idle node of 250 MB.
   */
  public static IndexConfig defaults() {
    return new IndexConfig(24L << 20, 8L << 20, 48L << 20, 512, 64L << 20);
  }

  /** Returns the most memory that the indexes of a node take together, in bytes. */
  public long memoryBytes() {
    return blockCacheBytes + totalWriteBufferBytes;
  }

  private static void checkPositive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
    }
  }
}
