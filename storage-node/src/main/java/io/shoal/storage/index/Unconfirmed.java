package io.shoal.storage.index;

import io.shoal.common.id.ChunkId;
import java.util.Comparator;

/**
 * A chunk of which nobody has said yet that it was committed. Ordered by expiry, then id.
 *
 * @param expiresAtMillis last moment of its grant
 * @param chunk the chunk
 */
public record Unconfirmed(long expiresAtMillis, ChunkId chunk) implements Comparable<Unconfirmed> {
  private static final Comparator<Unconfirmed> ORDER =
      Comparator.comparingLong(Unconfirmed::expiresAtMillis).thenComparing(Unconfirmed::chunk);

  @Override
  public int compareTo(Unconfirmed other) {
    return ORDER.compare(this, other);
  }
}
