package io.shoal.common.checksum;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * The checksum of everything that went through a stream so far, and its length. Takes bytes, or
 * runs whose checksum somebody computed already, in the order of the stream. Not thread-safe: one
 * owner.
 */
public final class RunningCrc32c {
  private int value;
  private long length;

  /** Starts with an empty stream. */
  public RunningCrc32c() {}

  /** Goes on behind a prefix whose checksum and length are known. */
  public RunningCrc32c(int value, long length) {
    if (length < 0) {
      throw new IllegalArgumentException("length: " + length + " (expected: >= 0)");
    }
    this.value = value;
    this.length = length;
  }

  /** Adds the bytes from position to limit. Borrows the buffer; its position does not move. */
  public void update(ByteBuffer buffer) {
    append(Crc32c.of(buffer), buffer.remaining());
  }

  /** Adds the readable bytes. Borrows the buffer; its indices do not move. */
  public void update(ByteBuf buffer) {
    append(Crc32c.of(buffer), buffer.readableBytes());
  }

  /** Adds a run of bytes by its checksum, without looking at the bytes. */
  public void append(int crc32c, long runLength) {
    value = Crc32c.combine(value, crc32c, runLength);
    length += runLength;
  }

  /** Returns the checksum of everything so far; 0 for an empty stream. */
  public int value() {
    return value;
  }

  /** Returns the number of bytes so far. */
  public long length() {
    return length;
  }
}
