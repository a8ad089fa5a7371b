package io.shoal.storage.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file of a {@link Disk}. One thread at a time writes; any number read. */
public interface DiskFile extends Closeable {
  /**
   * Writes all buffers one behind the other, each from its position to its limit.
   *
   * @param offset where the first byte goes
   * @param sources borrows: their positions are at their limits afterwards
   */
  void write(long offset, ByteBuffer... sources) throws IOException;

  /**
   * Returns what the addresses of buffers to read into must be multiples of, a power of two; 1 if
   * they may lie anywhere.
   */
  default int alignmentBytes() {
    return 1;
  }

  /**
   * Reads until the buffer is full or the file ends.
   *
   * @param target borrows: filled from its position on
   * @return number of bytes that were read; fewer than the buffer had room for only at the end of
   *     the file
   */
  int read(long offset, ByteBuffer target) throws IOException;

  /** Makes durable what was written so far, and the length; not that the file exists. */
  void sync() throws IOException;

  /** Returns the length. */
  long sizeBytes() throws IOException;
}
