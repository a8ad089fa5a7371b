package io.shoal.common.id;

/** A client's session with the metadata server. Ordered as unsigned. */
public record SessionId(long value) implements Comparable<SessionId> {
  public SessionId {
    if (value == 0) {
      throw new IllegalArgumentException("SessionId: " + value + " (expected: not 0)");
    }
  }

  @Override
  public int compareTo(SessionId other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toHexString(value);
  }
}
