package io.shoal.storage.index;

/**
 * How far the metadata had come that a node was told of (rule T3).
 *
 * @param number of the history; a greater one begins with a backup that was restored
 * @param appliedIndex the last entry of the log that the leader had applied
 */
public record MetadataHistory(long number, long appliedIndex) {
  /** Of a node that was told of none. */
  public static final MetadataHistory NONE = new MetadataHistory(0, -1);

  /** Tells whether it is an earlier state, or one of a history that was given up. */
  public boolean isBefore(MetadataHistory other) {
    return number != other.number ? number < other.number : appliedIndex < other.appliedIndex;
  }

  @Override
  public String toString() {
    return "entry " + appliedIndex + " of history " + number;
  }
}
