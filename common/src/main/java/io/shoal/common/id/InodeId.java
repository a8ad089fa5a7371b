package io.shoal.common.id;

/** A file or directory, for as long as the cluster exists. Ordered as unsigned. */
public record InodeId(long value) implements Comparable<InodeId> {
  public InodeId {
    if (value == 0) {
      throw new IllegalArgumentException("InodeId: " + value + " (expected: not 0)");
    }
  }

  @Override
  public int compareTo(InodeId other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toHexString(value);
  }
}
