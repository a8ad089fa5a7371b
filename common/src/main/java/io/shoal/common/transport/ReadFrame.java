package io.shoal.common.transport;

import io.netty.buffer.ByteBuf;

/**
 * A piece of a chunk on its way from a node. Owns one reference to its payload, which passes to
 * whoever takes the frame.
 *
 * @param offset where the payload begins in the chunk, in bytes
 * @param crc32c CRC32C of the payload
 * @param payload the readable bytes, 1 byte to 1 MiB
 * @param verified whether this process has compared the payload with the checksum already
 */
public record ReadFrame(int offset, int crc32c, ByteBuf payload, boolean verified) {
  /** Most bytes in the payload of a frame. */
  public static final int PAYLOAD_LIMIT_BYTES = 1 << 20;

  public ReadFrame {
    if (offset < 0) {
      throw new IllegalArgumentException("offset: " + offset + " (expected: >= 0)");
    }
    int length = payload.readableBytes();
    if (length < 1 || length > PAYLOAD_LIMIT_BYTES) {
      throw new IllegalArgumentException(
          "payload: " + length + " bytes (expected: 1 to " + PAYLOAD_LIMIT_BYTES + ")");
    }
  }

  /** Makes a frame whose payload nobody has compared with its checksum yet. */
  public ReadFrame(int offset, int crc32c, ByteBuf payload) {
    this(offset, crc32c, payload, false);
  }

  /** Returns the bytes in the payload. */
  public int length() {
    return payload.readableBytes();
  }

  /** Gives up the payload. */
  public void release() {
    payload.release();
  }
}
