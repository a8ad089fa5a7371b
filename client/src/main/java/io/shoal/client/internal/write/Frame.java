package io.shoal.client.internal.write;

import io.netty.buffer.ByteBuf;
import io.shoal.common.checksum.Crc32c;
import io.shoal.common.flow.Permit;

/**
 * Bytes of a file on their way, with their checksum and their share of the budget. Has one owner at
 * a time, who releases it; the streams that send it retain its payload on their own.
 */
public final class Frame {
  private final ByteBuf payload;
  private final int crc32c;
  private final Share share;

  private Frame(ByteBuf payload, int crc32c, Share share) {
    this.payload = payload;
    this.crc32c = crc32c;
    this.share = share;
  }

  /**
   * Makes a frame.
   *
   * @param payload the readable bytes, at least 1; <em>taken</em>
   * @param permit the payload's bytes of the budget; <em>taken</em>
   */
  static Frame of(ByteBuf payload, Permit permit) {
    if (!payload.isReadable()) {
      throw new IllegalArgumentException("payload: 0 bytes (expected: at least 1)");
    }
    return new Frame(payload, Crc32c.of(payload), new Share(permit));
  }

  /** Returns the number of bytes. */
  public int length() {
    return payload.readableBytes();
  }

  int crc32c() {
    return crc32c;
  }

  /** Returns the payload with indices of its own, and one more reference to it, which is owned. */
  ByteBuf retainedPayload() {
    return payload.retainedDuplicate();
  }

  /**
   * Returns a frame with some of the bytes. Its owner releases it; this frame stays as it is.
   *
   * @param from index of the first byte
   * @param bytes how many, at least 1
   */
  Frame part(int from, int bytes) {
    ByteBuf slice = payload.retainedSlice(payload.readerIndex() + from, bytes);
    share.users++;
    return new Frame(slice, Crc32c.of(slice), share);
  }

  /**
   * Gives up the bytes, and their share of the budget unless a part of the frame still needs it.
   */
  public void release() {
    payload.release();
    share.users--;
    if (share.users == 0) {
      share.permit.release();
    }
  }

  @Override
  public String toString() {
    return "Frame[" + length() + " bytes]";
  }

  /** A frame and its parts share a buffer, which stays as large as it is until all are gone. */
  private static final class Share {
    private final Permit permit;
    private int users = 1;

    Share(Permit permit) {
      this.permit = permit;
    }
  }
}
