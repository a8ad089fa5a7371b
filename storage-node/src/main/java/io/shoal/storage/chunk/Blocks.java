package io.shoal.storage.chunk;

/**
 * How a chunk is cut into blocks: the unit that has a stored checksum and that a file is written in
 * (rule D1).
 */
final class Blocks {
  /** Bytes of a whole block. */
  static final int BLOCK_BYTES = 16 << 10;

  private Blocks() {}

  /** Returns the number of whole blocks within a length. */
  static int whole(int lengthBytes) {
    return lengthBytes / BLOCK_BYTES;
  }

  /** Returns the number of blocks of a length, the partial one at its end included. */
  static int count(int lengthBytes) {
    return (int) (((long) lengthBytes + BLOCK_BYTES - 1) / BLOCK_BYTES);
  }

  /** Returns the bytes of the partial block at the end of a length. */
  static int tailBytes(int lengthBytes) {
    return lengthBytes % BLOCK_BYTES;
  }

  /** Returns the bytes of a length that lie in whole blocks. */
  static int wholeBytes(int lengthBytes) {
    return lengthBytes - tailBytes(lengthBytes);
  }
}
