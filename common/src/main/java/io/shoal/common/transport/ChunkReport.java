package io.shoal.common.transport;

import io.shoal.common.id.ChunkId;

/**
 * What a node holds of a chunk.
 *
 * @param durableBytes bytes on stable storage
 * @param crc32c CRC32C of [0, durableBytes)
 * @param volumeId the volume that holds it; 0 if none does
 * @param grantExpiresAtMillis until when its grant runs, in milliseconds of the log clock
 */
public record ChunkReport(
    ChunkId chunkId,
    State state,
    int durableBytes,
    int crc32c,
    int volumeId,
    long grantExpiresAtMillis) {
  /** What may still happen to a replica. */
  public enum State {
    /** The node has no record of it. */
    UNKNOWN,
    /** Its writer may still append. */
    OPEN,
    /** It will never get another byte on this node. */
    CLOSED
  }

  /** Returns the report of a node that has no record of a chunk. */
  public static ChunkReport unknown(ChunkId chunkId) {
    return new ChunkReport(chunkId, State.UNKNOWN, 0, 0, 0, 0);
  }
}
