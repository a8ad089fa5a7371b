package io.shoal.metadata.chunk;

/** How the bytes of a chunk are laid out over its nodes. */
public enum Layout {
  /** Every node has all bytes. */
  REPLICATED(1);

  private final int number;

  Layout(int number) {
    this.number = number;
  }

  /** Returns the number by which the layout is stored. */
  public int number() {
    return number;
  }

  /** Returns the layout that is stored by a number. */
  public static Layout ofNumber(int number) {
    for (Layout layout : values()) {
      if (layout.number == number) {
        return layout;
      }
    }
    throw new IllegalStateException("layout: " + number + " (expected: 1)");
  }
}
