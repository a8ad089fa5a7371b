package io.shoal.common.flow;

/**
 * The window of one stream: how many bytes may be on their way before the other side has taken
 * some. Not thread-safe: it belongs to the stream's owner, who asks {@link #take} before it sends
 * and calls {@link #giveBack} when bytes were taken.
 *
 * <p>A frame larger than the window passes when nothing else is on its way; otherwise it never
 * could.
 */
public final class ByteWindow {
  private long maxBytes;
  private long usedBytes;

  /** Makes an empty window for {@code maxBytes} on their way. */
  public ByteWindow(long maxBytes) {
    this.maxBytes = checkMax(maxBytes);
  }

  /** Tells whether so many bytes may be sent now. */
  public boolean hasRoom(long bytes) {
    return usedBytes == 0 || bytes <= maxBytes - usedBytes;
  }

  /**
   * Takes room for bytes that are sent.
   *
   * @return false if there is no room; nothing was taken then
   */
  public boolean take(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes: " + bytes + " (expected: >= 0)");
    }
    if (!hasRoom(bytes)) {
      return false;
    }
    usedBytes += bytes;
    return true;
  }

  /**
   * Gives room back.
   *
   * @throws IllegalStateException if more is given back than was taken
   */
  public void giveBack(long bytes) {
    if (bytes < 0 || bytes > usedBytes) {
      throw new IllegalStateException(
          "bytes given back: " + bytes + " (expected: 0 to " + usedBytes + ")");
    }
    usedBytes -= bytes;
  }

  /** Changes the size. Bytes on their way stay on their way, even if they are more than it. */
  public void resize(long newMaxBytes) {
    maxBytes = checkMax(newMaxBytes);
  }

  /** Returns the bytes that are on their way. */
  public long usedBytes() {
    return usedBytes;
  }

  /** Returns the bytes that may still be sent; 0 if more are on their way than the window has. */
  public long freeBytes() {
    return Math.max(0, maxBytes - usedBytes);
  }

  /** Returns the size of the window. */
  public long maxBytes() {
    return maxBytes;
  }

  @Override
  public String toString() {
    return "ByteWindow[" + usedBytes + " of " + maxBytes + "]";
  }

  private static long checkMax(long maxBytes) {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes: " + maxBytes + " (expected: >= 1)");
    }
    return maxBytes;
  }
}
