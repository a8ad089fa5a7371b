package io.shoal.client.internal.write;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Copies bytes of any number and size into frames. Frames begin small and grow with the stream, so
 * that a small file costs a small buffer and a large one few frames.
 */
final class FrameAssembler {
  private final int frameBytes;
  private @Nullable FrameBuffer current;
  private int nextBytes = WriteSettings.SMALLEST_FRAME_BYTES;

  FrameAssembler(int frameBytes) {
    this.frameBytes = frameBytes;
  }

  /** Tells whether there is a frame that takes more bytes. */
  boolean hasSpace() {
    return current != null && current.bytes().isWritable();
  }

  /** Tells whether there are bytes in a frame that was not sealed yet. */
  boolean hasBytes() {
    return current != null && current.bytes().isReadable();
  }

  /** Tells whether the frame is full and as large as frames get. */
  boolean isFullSize() {
    return current != null && !hasSpace() && current.bytes().capacity() >= frameBytes;
  }

  /**
   * Returns the size of the next frame.
   *
   * @param pendingBytes how many are known to come
   * @param chunkRoomBytes how many the chunk takes; frames end where it ends
   */
  int nextCapacity(int pendingBytes, int chunkRoomBytes) {
    int wanted = Math.min(frameBytes, Math.max(nextBytes, pendingBytes));
    return Math.min(wanted, chunkRoomBytes);
  }

  /** Begins a frame; there is none. Takes the buffer. */
  void begin(FrameBuffer buffer) {
    if (current != null) {
      throw new IllegalStateException("a frame is being filled already");
    }
    current = buffer;
  }

  /**
   * Copies as many bytes as the frame takes, and moves the source's position.
   *
   * @return how many
   */
  int copy(ByteBuffer source) {
    if (current == null) {
      throw new IllegalStateException("there is no frame to fill");
    }
    int bytes = Math.min(source.remaining(), current.bytes().writableBytes());
    int limit = source.limit();
    source.limit(source.position() + bytes);
    current.bytes().writeBytes(source);
    source.limit(limit);
    return bytes;
  }

  /** Ends the frame. Returns it owned; null if there are no bytes. */
  @Nullable Frame seal() {
    FrameBuffer buffer = current;
    if (buffer == null || !buffer.bytes().isReadable()) {
      return null;
    }
    current = null;
    if (!buffer.bytes().isWritable()) {
      nextBytes = Math.min(frameBytes, 2 * nextBytes);
    }
    return buffer.seal();
  }

  /** Gives up what was not sealed. */
  void release() {
    if (current != null) {
      current.release();
      current = null;
    }
  }
}
