package io.shoal.common.id;

/** A chunk, for as long as the cluster exists. Ordered as unsigned. */
public record ChunkId(long value) implements Comparable<ChunkId> {
  public ChunkId {
    if (value == 0) {
      throw new IllegalArgumentException("ChunkId: " + value + " (expected: not 0)");
    }
  }

  @Override
  public int compareTo(ChunkId other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toHexString(value);
  }
}
