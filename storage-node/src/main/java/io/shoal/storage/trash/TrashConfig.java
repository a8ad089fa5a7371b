package io.shoal.storage.trash;

import java.time.Duration;

/**
 * What a node does with chunks that the leader does not know.
 *
 * @param period how long they lie in the trash before they are erased; zero to erase them at once
 * @param brakePercent so many of the node's chunks may be unknown, 0 to 100
 * @param brakeFloor so many may be unknown in any case
 */
public record TrashConfig(Duration period, int brakePercent, long brakeFloor) {
  public TrashConfig {
    if (period.isNegative()) {
      throw new IllegalArgumentException("period: " + period + " (expected: >= 0)");
    }
    if (brakePercent < 0 || brakePercent > 100) {
      throw new IllegalArgumentException("brakePercent: " + brakePercent + " (expected: 0 to 100)");
    }
    if (brakeFloor < 0) {
      throw new IllegalArgumentException("brakeFloor: " + brakeFloor + " (expected: >= 0)");
    }
  }

  /** Returns what a node uses unless it is told otherwise. */
  public static TrashConfig defaults() {
    return new TrashConfig(Duration.ofDays(1), 1, 100);
  }

  /** Returns how many chunks may be unknown, of so many in all. */
  long limit(long allChunks) {
    // Not a product that could overflow.
    long share = allChunks / 100 * brakePercent + allChunks % 100 * brakePercent / 100;
    return Math.max(brakeFloor, share);
  }
}
