package io.shoal.metadata.store;

/**
 * What log entries have changed, as one number: servers that applied the same entries have the same
 * one, unless their states differ (rule S2).
 *
 * @param version of what commands do; those of two versions have nothing to do with each other
 * @param firstIndex the entry with which it begins
 * @param lastIndex the last entry that is in it
 */
public record StateDigest(int version, long firstIndex, long lastIndex, long value) {
  /** Tells whether another one is of the same entries and not the same. */
  public boolean contradicts(StateDigest other) {
    return version == other.version
        && firstIndex == other.firstIndex
        && lastIndex == other.lastIndex
        && value != other.value;
  }

  @Override
  public String toString() {
    return "%016x of entries %d to %d".formatted(value, firstIndex, lastIndex);
  }
}
