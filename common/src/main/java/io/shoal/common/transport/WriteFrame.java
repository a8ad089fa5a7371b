package io.shoal.common.transport;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a chunk on its way to a node. Owns one reference to its payload, which passes to
 * whoever takes the frame.
 *
 * @param opening in the first frame of a stream and in no other
 * @param offset where the payload begins in the chunk, in bytes
 * @param crc32c CRC32C of the payload
 * @param flush make everything up to the end of this frame durable and acknowledge it
 * @param finish as flush, and the node closes the chunk and ends the stream
 * @param payload the readable bytes, 0 to 4 MiB
 */
public record WriteFrame(
    @Nullable WriteOpening opening,
    int offset,
    int crc32c,
    boolean flush,
    boolean finish,
    ByteBuf payload) {
  /** Most bytes in the payload of a frame. */
  public static final int PAYLOAD_LIMIT_BYTES = 4 << 20;

  public WriteFrame {
    if (offset < 0) {
      throw new IllegalArgumentException("offset: " + offset + " (expected: >= 0)");
    }
    if (payload.readableBytes() > PAYLOAD_LIMIT_BYTES) {
      throw new IllegalArgumentException(
          "payload: "
              + payload.readableBytes()
              + " bytes (expected: <= "
              + PAYLOAD_LIMIT_BYTES
              + ")");
    }
  }

  /** Returns the bytes in the payload. */
  public int length() {
    return payload.readableBytes();
  }

  /** Returns the same frame with a reference of its own to the payload. */
  WriteFrame retainedDuplicate() {
    return new WriteFrame(opening, offset, crc32c, flush, finish, payload.retainedDuplicate());
  }

  /** Gives up the payload. */
  public void release() {
    payload.release();
  }
}
