package io.shoal.storage.index;

import io.shoal.common.id.ChunkId;

/**
 * What the index knows of a chunk, besides its checksums. A head always describes durable bytes.
 *
 * @param chunk the chunk
 * @param place where its bytes lie
 * @param closed whether its writer finished it; a chunk that is not closed may grow only while the
 *     process lives that wrote the head
 * @param lengthBytes durable length
 * @param crc32c CRC32C of [0, length)
 * @param fileSequence local number of its file (rule D2); 0 if it has none
 * @param writerNonce number of the writer that the chunk is bound to (rule G4)
 * @param expiresAtMillis last moment of the grant under which it was written; the same in all heads
 *     of a chunk
 */
public record ChunkHead(
    ChunkId chunk,
    Place place,
    boolean closed,
    int lengthBytes,
    int crc32c,
    long fileSequence,
    long writerNonce,
    long expiresAtMillis) {
  /** Where the bytes of a chunk lie. */
  public enum Place {
    /** Whole blocks in a file, if there are any, and the partial one at the end in the index. */
    FILE,

    /** All in the index. */
    INDEX
  }

  public ChunkHead {
    if (lengthBytes < 0) {
      throw new IllegalArgumentException("lengthBytes: " + lengthBytes + " (expected: >= 0)");
    }
  }
}
