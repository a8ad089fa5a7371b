package io.shoal.client.internal.write;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * A frame at its place in a chunk. The frames of a chunk form a list through which each stream
 * walks at its own pace; the chunk gives the payload of a frame up when nobody needs it any more.
 */
final class QueuedFrame {
  private final int offset;
  private final int end;
  private final int crc32cThroughEnd;
  private final boolean flush;
  private final boolean finish;
  private @Nullable Frame frame;
  private @Nullable QueuedFrame next;

  private QueuedFrame(
      int offset,
      int end,
      int crc32cThroughEnd,
      boolean flush,
      boolean finish,
      @Nullable Frame frame) {
    this.offset = offset;
    this.end = end;
    this.crc32cThroughEnd = crc32cThroughEnd;
    this.flush = flush;
    this.finish = finish;
    this.frame = frame;
  }

  /** Returns what stands before the first frame of a chunk. */
  static QueuedFrame beginning() {
    return new QueuedFrame(0, 0, 0, false, false, null);
  }

  /**
   * Appends a frame.
   *
   * @param frame <em>taken</em>; null for a mark without bytes
   * @param crc32cThroughEnd checksum of the chunk up to the end of the frame
   */
  QueuedFrame append(@Nullable Frame frame, int crc32cThroughEnd, boolean flush, boolean finish) {
    int length = frame == null ? 0 : frame.length();
    QueuedFrame appended =
        new QueuedFrame(end, end + length, crc32cThroughEnd, flush, finish, frame);
    next = appended;
    return appended;
  }

  @Nullable QueuedFrame next() {
    return next;
  }

  /** Returns where it begins in the chunk. */
  int offset() {
    return offset;
  }

  /** Returns where it ends in the chunk. */
  int end() {
    return end;
  }

  /** Returns the checksum of the chunk up to the end of this frame. */
  int crc32cThroughEnd() {
    return crc32cThroughEnd;
  }

  boolean flush() {
    return flush;
  }

  boolean finish() {
    return finish;
  }

  /** Returns the checksum of its payload. */
  int crc32c() {
    return frame == null ? 0 : frame.crc32c();
  }

  /** Returns its bytes, owned by the caller. */
  ByteBuf payload() {
    if (frame == null) {
      if (end > offset) {
        throw new IllegalStateException(
            "bytes " + offset + " to " + end + " were given up already");
      }
      return Unpooled.EMPTY_BUFFER;
    }
    return frame.retainedPayload();
  }

  /** Takes the frame out, owned by the caller; null for a mark. */
  @Nullable Frame take() {
    Frame taken = frame;
    frame = null;
    return taken;
  }

  /** Gives the frame up. */
  void release() {
    Frame taken = take();
    if (taken != null) {
      taken.release();
    }
  }
}
