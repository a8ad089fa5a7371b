package io.shoal.metadata.store;

/**
 * A place in the replicated log.
 *
 * @param term the term of the leader that wrote the entry; 0 before the first entry
 * @param index the entry's index; -1 before the first entry
 */
public record LogPosition(long term, long index) {
  /** Before the first entry. */
  public static final LogPosition NONE = new LogPosition(0, -1);

  public LogPosition {
    if (term < 0 || index < -1) {
      throw new IllegalArgumentException(
          "term " + term + ", index " + index + " (expected: >= 0 and >= -1)");
    }
  }

  void checkBehind(LogPosition earlier) {
    if (index <= earlier.index || term < earlier.term) {
      throw new IllegalStateException("commit at " + this + " (expected: behind " + earlier + ")");
    }
  }
}
