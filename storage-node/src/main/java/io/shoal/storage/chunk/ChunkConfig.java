package io.shoal.storage.chunk;

/**
 * Pools and limits of one volume.
 *
 * @param smallChunkBytes longest chunk whose bytes go into the index instead of a file, 0 to 4 MiB
 * @param readFrameBytes most bytes of a frame that a reader delivers; a multiple of 16 KiB, at most
 *     1 MiB
 * @param directReads whether long ranges are read past the page cache
 * @param localReads whether readers on this machine are told where chunks lie
 * @param writeThreads threads that write and sync files
 * @param readThreads threads that read
 * @param maxOpenChunks chunks that may be open for writing at a time
 * @param maxPendingWriteBytes bytes that were handed to writers and are not taken over yet
 * @param maxBufferedBytes bytes of chunks that are not long enough yet to decide whether they are
 *     small ones; beyond it they go to files
 * @param maxQueuedReads reads that may wait for a thread
 * @param maxQueuedReadBytes bytes that these and the running ones are for
 */
public record ChunkConfig(
    int smallChunkBytes,
    int readFrameBytes,
    boolean directReads,
    boolean localReads,
    int writeThreads,
    int readThreads,
    int maxOpenChunks,
    long maxPendingWriteBytes,
    long maxBufferedBytes,
    int maxQueuedReads,
    long maxQueuedReadBytes) {
  private static final int SMALL_CHUNK_BYTES_MAX = 4 << 20;
  private static final int READ_FRAME_BYTES_MAX = 1 << 20;

  public ChunkConfig {
    check("smallChunkBytes", smallChunkBytes, 0, SMALL_CHUNK_BYTES_MAX);
    check("readFrameBytes", readFrameBytes, Blocks.BLOCK_BYTES, READ_FRAME_BYTES_MAX);
    if (readFrameBytes % Blocks.BLOCK_BYTES != 0) {
      throw new IllegalArgumentException(
          "readFrameBytes: "
              + readFrameBytes
              + " (expected: a multiple of "
              + Blocks.BLOCK_BYTES
              + ")");
    }
    check("writeThreads", writeThreads, 1, 1024);
    check("readThreads", readThreads, 1, 1024);
    check("maxOpenChunks", maxOpenChunks, 1, 1 << 20);
    check("maxPendingWriteBytes", maxPendingWriteBytes, 1, Long.MAX_VALUE);
    check("maxBufferedBytes", maxBufferedBytes, 0, Long.MAX_VALUE);
    check("maxQueuedReads", maxQueuedReads, 1, 1 << 20);
    check("maxQueuedReadBytes", maxQueuedReadBytes, 1, Long.MAX_VALUE);
  }

  /** Returns what a volume uses unless it is told otherwise. */
  public static ChunkConfig defaults() {
    return new ChunkConfig(
        256 << 10, 1 << 20, true, true, 4, 4, 4096, 256L << 20, 32L << 20, 4096, 128L << 20);
  }

  private static void check(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + min + " to " + max + ")");
    }
  }
}
