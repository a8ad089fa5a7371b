package io.shoal.metadata.chunk;

/**
 * Where a chunk is in its life, which only goes forward: open, sealed, garbage, tombstone, erased.
 */
public enum ChunkState {
  /** Its writer may still lengthen it, until its grant expires. */
  OPEN(1),

  /** Its length is final. */
  SEALED(2),

  /** No file refers to it, nor ever will again: its replicas are to be deleted. Rule G2. */
  GARBAGE(3),

  /** No replica is left; the record stays until its grant has expired. Rule G2. */
  TOMBSTONE(4);

  private final int number;

  ChunkState(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  static ChunkState ofNumber(int number) {
    for (ChunkState state : values()) {
      if (state.number == number) {
        return state;
      }
    }
    throw new IllegalStateException("chunk state: " + number + " (expected: 1 to 4)");
  }

  /** Tells whether files may refer to the chunk. */
  public boolean live() {
    return this == OPEN || this == SEALED;
  }
}
