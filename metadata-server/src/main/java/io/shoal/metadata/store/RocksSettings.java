package io.shoal.metadata.store;

/**
 * How much memory and which threads RocksDB may use.
 *
 * @param blockCacheBytes cache of blocks, indexes and filters, shared by all tables
 * @param writeBufferBytes what may lie in memory before it is flushed, all tables together
 * @param openFilesMax most table files that are kept open, at least 16
 * @param backgroundJobsMax most flushes and compactions at a time
 */
public record RocksSettings(
    long blockCacheBytes, long writeBufferBytes, int openFilesMax, int backgroundJobsMax) {
  private static final long MIB = 1 << 20;

  /** Small enough for a server of 250 MB. */
  public static final RocksSettings DEFAULT = new RocksSettings(32 * MIB, 24 * MIB, 512, 2);

  public RocksSettings {
    atLeast("blockCacheBytes", blockCacheBytes, MIB);
    atLeast("writeBufferBytes", writeBufferBytes, MIB);
    atLeast("openFilesMax", openFilesMax, 16);
    atLeast("backgroundJobsMax", backgroundJobsMax, 1);
  }

  /** Returns the most memory that the store takes, in bytes. */
  public long memoryBytes() {
    return blockCacheBytes + writeBufferBytes;
  }

  private static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + least + ")");
    }
  }
}
