package io.shoal.common.id;

/** A storage node, numbered by the metadata server when the node registers for the first time. */
public record NodeId(int value) implements Comparable<NodeId> {
  public NodeId {
    if (value <= 0) {
      throw new IllegalArgumentException("NodeId: " + value + " (expected: > 0)");
    }
  }

  @Override
  public int compareTo(NodeId other) {
    return Integer.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return Integer.toString(value);
  }
}
