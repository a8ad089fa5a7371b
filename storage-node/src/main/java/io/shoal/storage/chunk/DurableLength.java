package io.shoal.storage.chunk;

/**
 * What of a chunk is on stable storage and survives a crash.
 *
 * @param bytes the length
 * @param crc32c CRC32C of the bytes [0, length), as computed from what was stored
 */
public record DurableLength(int bytes, int crc32c) {
  /** Nothing yet. */
  public static final DurableLength ZERO = new DurableLength(0, 0);
}
