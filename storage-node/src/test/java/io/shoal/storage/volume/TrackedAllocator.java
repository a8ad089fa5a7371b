package io.shoal.storage.volume;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * Remembers its buffers, so that those of a process that died can be given back, as the system
 * would.
 */
final class TrackedAllocator extends AbstractByteBufAllocator {
  private final List<ByteBuf> buffers = new ArrayList<>();

  @Override
  protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
    return track(UnpooledByteBufAllocator.DEFAULT.heapBuffer(initialCapacity, maxCapacity));
  }

  @Override
  protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
    return track(UnpooledByteBufAllocator.DEFAULT.directBuffer(initialCapacity, maxCapacity));
  }

  @Override
  public boolean isDirectBufferPooled() {
    return false;
  }

  /** Returns how many buffers somebody still owns. */
  synchronized long unreleased() {
    return buffers.stream().filter(buffer -> buffer.refCnt() > 0).count();
  }

  /** Gives back what the dead process owned. */
  synchronized void releaseAll() {
    for (ByteBuf buffer : buffers) {
      if (buffer.refCnt() > 0) {
        buffer.release(buffer.refCnt());
      }
    }
    buffers.clear();
  }

  private synchronized ByteBuf track(ByteBuf buffer) {
    buffers.removeIf(old -> old.refCnt() == 0);
    buffers.add(buffer);
    return buffer;
  }
}
