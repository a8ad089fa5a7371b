package io.shoal.common.transport;

import io.grpc.Detachable;
import io.grpc.HasByteBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Takes bytes out of the stream in which gRPC delivers a message: as the transport's own buffers
 * where that is possible, as a copy otherwise.
 */
final class ReceivedBuffers {
  /**
   * Less than this is copied: it would keep a whole receive buffer of the transport from being used
   * again.
   */
  static final int COPY_BELOW_BYTES = 16 * 1024;

  private ReceivedBuffers() {}

  /**
   * Takes everything that is left.
   *
   * @param length what is left, at least 1
   * @return owned by the caller
   */
  static ByteBuf takeAll(InputStream in, int length, ByteBufAllocator allocator)
      throws IOException {
    if (length >= COPY_BELOW_BYTES
        && in instanceof Detachable detachable
        && in instanceof HasByteBuffer viewable
        && viewable.byteBufferSupported()
        && in.markSupported()) {
      InputStream detached = detachable.detach();
      @Nullable ByteBuf views = viewsOf(detached, length, allocator);
      if (views != null) {
        return views;
      }
      try (detached) {
        return copy(detached, length, allocator);
      }
    }
    return copy(in, length, allocator);
  }

  /**
   * Copies the next bytes.
   *
   * @return owned by the caller
   */
  static ByteBuf copy(InputStream in, int length, ByteBufAllocator allocator) throws IOException {
    ByteBuf copy = allocator.buffer(length, length);
    try {
      while (copy.isWritable()) {
        if (copy.writeBytes(in, copy.writableBytes()) < 0) {
          throw new IOException(
              "the stream ended " + copy.writableBytes() + " bytes before its message");
        }
      }
      return copy.retain();
    } finally {
      copy.release();
    }
  }

  /**
   * Returns the pieces of a stream as one buffer that closes it; null, with the stream as before,
   * if one has no view.
   */
  private static @Nullable ByteBuf viewsOf(InputStream in, int length, ByteBufAllocator allocator)
      throws IOException {
    // With a mark the stream keeps the pieces that were passed, until it is closed.
    in.mark(length);
    Views views = new Views(allocator, in);
    while (in.available() > 0) {
      @Nullable ByteBuffer piece =
          in instanceof HasByteBuffer viewable ? viewable.getByteBuffer() : null;
      if (piece == null || !piece.hasRemaining()) {
        in.reset();
        views.abandon();
        return null;
      }
      in.skipNBytes(piece.remaining());
      views.addComponent(true, Unpooled.wrappedBuffer(piece));
    }
    in.reset();
    return views;
  }

  /** Views of the transport's buffers, which go back to it when the last reference is released. */
  private static final class Views extends CompositeByteBuf {
    private static final int MAX_PIECES = Integer.MAX_VALUE;

    private final InputStream source;
    private boolean abandoned;

    Views(ByteBufAllocator allocator, InputStream source) {
      super(allocator, true, MAX_PIECES);
      this.source = source;
    }

    /** Lets go of the views without closing the stream that they belong to. */
    void abandon() {
      abandoned = true;
      release();
    }

    @Override
    protected void deallocate() {
      super.deallocate();
      if (abandoned) {
        return;
      }
      try {
        source.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
