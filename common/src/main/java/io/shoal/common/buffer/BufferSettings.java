package io.shoal.common.buffer;

/**
 * How a {@link BufferPool} is laid out.
 *
 * @param arenas parts of the pool that threads take turns in: more of them mean less contention and
 *     more memory that is held for reuse
 * @param chunkBytes what an arena takes from the system at a time, and the largest buffer that is
 *     pooled; a power of two times 8 KiB
 * @param maxBytes what the process should hold in direct buffers at most. The budgets of its
 *     components are made from it
 */
public record BufferSettings(int arenas, int chunkBytes, long maxBytes) {
  static final int PAGE_BYTES = 8 * 1024;
  private static final int MAX_ORDER = 14;

  public BufferSettings {
    if (arenas < 1) {
      throw new IllegalArgumentException("arenas: " + arenas + " (expected: >= 1)");
    }
    if (Integer.bitCount(chunkBytes) != 1
        || chunkBytes < PAGE_BYTES
        || chunkBytes > PAGE_BYTES << MAX_ORDER) {
      throw new IllegalArgumentException(
          "chunkBytes: " + chunkBytes + " (expected: a power of two, 8 KiB to 128 MiB)");
    }
    if (maxBytes < chunkBytes) {
      throw new IllegalArgumentException(
          "maxBytes: " + maxBytes + " (expected: >= chunkBytes, " + chunkBytes + ")");
    }
  }

  /**
   * Returns what suits machines of every size: an arena for each core up to four, chunks of 4 MiB.
   */
  public static BufferSettings withMaxBytes(long maxBytes) {
    int arenas = Math.min(4, Math.max(2, Runtime.getRuntime().availableProcessors()));
    return new BufferSettings(arenas, 4 * 1024 * 1024, maxBytes);
  }

  int order() {
    return Integer.numberOfTrailingZeros(chunkBytes / PAGE_BYTES);
  }
}
