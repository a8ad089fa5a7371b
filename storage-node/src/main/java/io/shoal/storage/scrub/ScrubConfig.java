package io.shoal.storage.scrub;

import java.time.Duration;

/**
 * How a node scrubs.
 *
 * @param period in which every chunk is read once
 * @param maxBytesPerSecond most bytes that are read for it in a second, even if the period is not
 *     enough then
 */
public record ScrubConfig(Duration period, long maxBytesPerSecond) {
  public ScrubConfig {
    if (period.isNegative() || period.isZero()) {
      throw new IllegalArgumentException("period: " + period + " (expected: > 0)");
    }
    if (maxBytesPerSecond < 1) {
      throw new IllegalArgumentException(
          "maxBytesPerSecond: " + maxBytesPerSecond + " (expected: >= 1)");
    }
  }

  /** Returns what a node uses unless it is told otherwise. */
  public static ScrubConfig defaults() {
    return new ScrubConfig(Duration.ofDays(14), 8 << 20);
  }
}
