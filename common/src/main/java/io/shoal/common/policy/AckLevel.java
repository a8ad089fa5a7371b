package io.shoal.common.policy;

/** What it means that bytes of a file were acknowledged. */
public enum AckLevel {
  /**
   * They are on stable storage on the required replicas, and are still there after all machines
   * lost power at once.
   */
  FSYNC(1),

  /**
   * They are in memory on the nodes of the required replicas, and on their way to the disks: a node
   * that ends before they are there, within milliseconds on a healthy disk, loses its replica of
   * them, which is made anew from the others. If all nodes that have a replica do so, they are
   * gone. Bytes are never silently different.
   */
  MEMORY(2);

  private final int number;

  AckLevel(int number) {
    this.number = number;
  }

  /** Returns the number that stands for it in messages and on disks. */
  public int number() {
    return number;
  }

  /**
   * Returns the level that a number stands for.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static AckLevel ofNumber(int number) {
    return switch (number) {
      // Of those who know no levels.
      case 0, 1 -> FSYNC;
      case 2 -> MEMORY;
      default ->
          throw new IllegalArgumentException(
              "acknowledgement level: " + number + " (expected: 0 to 2)");
    };
  }
}
