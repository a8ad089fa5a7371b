package io.shoal.storage.chunk;

import java.util.Comparator;

/**
 * A chunk in the trash (rule G5). Ordered by the time, then as it was before.
 *
 * @param sinceMillis when it was put there, on the log clock
 * @param chunk the chunk, and until when its grant ran
 */
public record TrashedChunk(long sinceMillis, ExpiredChunk chunk)
    implements Comparable<TrashedChunk> {
  private static final Comparator<TrashedChunk> ORDER =
      Comparator.comparingLong(TrashedChunk::sinceMillis)
          .thenComparing(trashed -> trashed.chunk().chunk());

  @Override
  public int compareTo(TrashedChunk other) {
    return ORDER.compare(this, other);
  }
}
