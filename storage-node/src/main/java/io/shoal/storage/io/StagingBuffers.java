package io.shoal.storage.io;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Memory that lies as direct I/O wants it: bytes from the network never do, and are copied here on
 * their way to the disk. There are as many buffers as threads ever wrote at the same time.
 * Thread-safe.
 */
final class StagingBuffers {
  /** One write: large enough for the disk, small enough for a core's cache. */
  static final int BUFFER_BYTES = 1 << 20;

  private final int alignmentBytes;
  private final ConcurrentLinkedQueue<ByteBuffer> free = new ConcurrentLinkedQueue<>();

  /**
   * Makes none yet.
   *
   * @param alignmentBytes addresses of the buffers are multiples of it; a power of two
   */
  StagingBuffers(int alignmentBytes) {
    this.alignmentBytes = alignmentBytes;
  }

  int alignmentBytes() {
    return alignmentBytes;
  }

  /** Returns an empty buffer, which is the caller's until it is given back. */
  ByteBuffer take() {
    ByteBuffer used = free.poll();
    return used != null
        ? used.clear()
        : ByteBuffer.allocateDirect(BUFFER_BYTES + alignmentBytes).alignedSlice(alignmentBytes);
  }

  /** Takes a buffer back. */
  void giveBack(ByteBuffer buffer) {
    free.add(buffer);
  }
}
