package io.shoal.storage.chunk;

import io.shoal.common.id.ChunkId;
import io.shoal.common.policy.AckLevel;

/**
 * What a writer may do, as the grant says that it showed. Whoever makes one has verified the grant.
 *
 * @param chunk the chunk to be written
 * @param writerNonce number that its writer drew; the node binds the chunk to the first one (rule
 *     G4)
 * @param lengthLimitBytes most bytes that the chunk may ever have, at least 1
 * @param expiresAtMillis last moment of the grant on the log clock; after it the chunk takes no
 *     more bytes
 * @param ackLevel what has to happen before bytes are called durable
 */
public record WriterRequest(
    ChunkId chunk,
    long writerNonce,
    int lengthLimitBytes,
    long expiresAtMillis,
    AckLevel ackLevel) {
  /** A request of a chunk that is durable when it is on stable storage. */
  public WriterRequest(
      ChunkId chunk, long writerNonce, int lengthLimitBytes, long expiresAtMillis) {
    this(chunk, writerNonce, lengthLimitBytes, expiresAtMillis, AckLevel.FSYNC);
  }

  public WriterRequest {
    if (lengthLimitBytes < 1) {
      throw new IllegalArgumentException(
          "lengthLimitBytes: " + lengthLimitBytes + " (expected: >= 1)");
    }
    if (expiresAtMillis < 0) {
      throw new IllegalArgumentException(
          "expiresAtMillis: " + expiresAtMillis + " (expected: >= 0)");
    }
  }
}
