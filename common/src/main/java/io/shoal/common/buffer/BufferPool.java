package io.shoal.common.buffer;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;

/**
 * The allocator of a process and its account. Thread-safe; there is nothing to close, its memory
 * returns to the system as buffers are released.
 *
 * <p>It is Netty's pooled allocator and not the adaptive one that Netty 4.2 takes by default, so
 * that gRPC, whose own default is pooled, and everything else share one pool and one account.
 * Direct buffers only: what is read from a file or a socket has to be outside the heap anyway. Only
 * event loops keep a cache of their own; caches of other threads would hold memory that nobody
 * counts.
 *
 * <p>The limit is not enforced at allocation, where a refusal would break a connection instead of a
 * request. Components keep {@link io.shoal.common.flow.Permits} of bytes that sum up to it; the
 * launchers give the JVM a hard limit above it.
 */
public final class BufferPool {
  private static final int SMALL_CACHE = 256;
  private static final int NORMAL_CACHE = 64;

  private final PooledByteBufAllocator allocator;
  private final BufferSettings settings;

  private BufferPool(PooledByteBufAllocator allocator, BufferSettings settings) {
    this.allocator = allocator;
    this.settings = settings;
  }

  /** Makes a pool, which holds no memory yet. */
  public static BufferPool create(BufferSettings settings) {
    PooledByteBufAllocator allocator =
        new PooledByteBufAllocator(
            true,
            1,
            settings.arenas(),
            BufferSettings.PAGE_BYTES,
            settings.order(),
            SMALL_CACHE,
            NORMAL_CACHE,
            false);
    return new BufferPool(allocator, settings);
  }

  /** Returns the allocator. Its buffers are owned by who allocates them. */
  public ByteBufAllocator allocator() {
    return allocator;
  }

  /** Returns the bytes that the pool has taken from the system, in use or held for reuse. */
  public long reservedBytes() {
    return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
  }

  /**
   * Returns the bytes of buffers that were not released yet, rounded up to what the pool set aside
   * for them. Costs some locks.
   */
  public long usedBytes() {
    return allocator.pinnedDirectMemory() + allocator.pinnedHeapMemory();
  }

  /** Returns what the process should hold at most. */
  public long maxBytes() {
    return settings.maxBytes();
  }

  @Override
  public String toString() {
    return "BufferPool[used="
        + usedBytes()
        + ", reserved="
        + reservedBytes()
        + ", max="
        + maxBytes()
        + "]";
  }
}
