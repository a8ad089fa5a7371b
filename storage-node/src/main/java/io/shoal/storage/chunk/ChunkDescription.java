package io.shoal.storage.chunk;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.VolumeId;
import org.jspecify.annotations.Nullable;

/**
 * What the node holds of a chunk.
 *
 * @param chunk the chunk
 * @param state whether it is there, and may grow
 * @param durable what is on stable storage
 * @param volume where it lies; null if the node has no record of it
 * @param expiresAtMillis until when the grant runs under which it was written, on the log clock; 0
 *     if unknown
 */
public record ChunkDescription(
    ChunkId chunk,
    State state,
    DurableLength durable,
    @Nullable VolumeId volume,
    long expiresAtMillis) {
  /** Whether a chunk is there, and may grow. */
  public enum State {
    /** The node has no record of it. */
    UNKNOWN,

    /** Its writer may still append. */
    OPEN,

    /** It will never get another byte on this node. */
    CLOSED
  }

  /** Describes a chunk that the node has no record of. */
  public static ChunkDescription unknown(ChunkId chunk) {
    return new ChunkDescription(chunk, State.UNKNOWN, DurableLength.ZERO, null, 0);
  }
}
