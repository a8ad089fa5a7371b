package io.shoal.client.internal.read;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Bytes for a subscriber, with what they are borrowed from.
 *
 * @param bytes read-only
 * @param length of the bytes, before the subscriber has moved their position
 * @param lender holds one reference for the piece; null if the bytes are the subscriber's to keep
 */
record Piece(ByteBuffer bytes, int length, @Nullable ByteBuf lender) {
  /** Makes pieces of what was fetched. */
  @FunctionalInterface
  interface Cutter {
    /**
     * Cuts a payload.
     *
     * @param payload <em>taken</em>
     * @param most bytes in a piece
     */
    void cut(ByteBuf payload, int most, Collection<Piece> pieces);
  }

  /** Cuts pieces that are kept as long as somebody likes: nothing of the pool is in them. */
  static void copied(ByteBuf payload, int most, Collection<Piece> pieces) {
    while (payload.isReadable()) {
      byte[] copy = new byte[Math.min(payload.readableBytes(), most)];
      payload.readBytes(copy);
      pieces.add(new Piece(ByteBuffer.wrap(copy).asReadOnlyBuffer(), copy.length, null));
    }
    payload.release();
  }

  /** Cuts pieces that hold the payload itself until they are released. */
  static void borrowed(ByteBuf payload, int most, Collection<Piece> pieces) {
    while (payload.isReadable()) {
      ByteBuf part = payload.readRetainedSlice(Math.min(payload.readableBytes(), most));
      pieces.add(new Piece(part.nioBuffer().asReadOnlyBuffer(), part.readableBytes(), part));
    }
    payload.release();
  }

  /** Takes the bytes back if they were only borrowed. */
  void release() {
    if (lender != null) {
      lender.release();
    }
  }
}
