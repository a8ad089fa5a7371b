package io.shoal.storage.chunk;

import io.shoal.common.id.ChunkId;
import java.util.Comparator;

/**
 * A chunk of which the node does not know whether it was committed, and whose grant has run out.
 * Ordered by expiry, then id.
 *
 * @param expiresAtMillis last moment of its grant, on the log clock
 * @param chunk the chunk
 */
public record ExpiredChunk(long expiresAtMillis, ChunkId chunk)
    implements Comparable<ExpiredChunk> {
  private static final Comparator<ExpiredChunk> ORDER =
      Comparator.comparingLong(ExpiredChunk::expiresAtMillis).thenComparing(ExpiredChunk::chunk);

  @Override
  public int compareTo(ExpiredChunk other) {
    return ORDER.compare(this, other);
  }
}
