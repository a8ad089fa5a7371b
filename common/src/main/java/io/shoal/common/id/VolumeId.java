package io.shoal.common.id;

/** A volume, numbered within its node. */
public record VolumeId(int value) implements Comparable<VolumeId> {
  public VolumeId {
    if (value <= 0) {
      throw new IllegalArgumentException("VolumeId: " + value + " (expected: > 0)");
    }
  }

  @Override
  public int compareTo(VolumeId other) {
    return Integer.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return Integer.toString(value);
  }
}
