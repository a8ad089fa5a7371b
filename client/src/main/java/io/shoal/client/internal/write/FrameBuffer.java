package io.shoal.client.internal.write;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.shoal.common.flow.Permit;

/**
 * An empty frame to be filled. Has one owner at a time, who ends with {@link #seal} or {@link
 * #release}, once.
 */
public final class FrameBuffer {
  private final ByteBuf bytes;
  private final Permit permit;

  /**
   * Makes a buffer.
   *
   * @param permit for the bytes; <em>taken</em>
   */
  FrameBuffer(ByteBufAllocator allocator, int capacity, Permit permit) {
    this.bytes = allocator.directBuffer(capacity, capacity);
    this.permit = permit;
  }

  /** Returns where the bytes go; borrowed from this buffer. */
  public ByteBuf bytes() {
    return bytes;
  }

  /** Makes a frame of the bytes that were written, at least 1, and computes their checksum. */
  public Frame seal() {
    return Frame.of(bytes, permit);
  }

  /** Gives up the buffer and its share of the budget. */
  public void release() {
    bytes.release();
    permit.release();
  }
}
