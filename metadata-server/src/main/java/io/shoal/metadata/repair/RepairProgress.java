package io.shoal.metadata.repair;

import java.time.Duration;
import java.util.Locale;

/**
 * How far repair has come since it last had nothing to do, or a rebalance since it began. Belongs
 * to the shard of the run.
 */
final class RepairProgress {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double BYTES_PER_MIB = 1 << 20;

  private final String done;
  private boolean began;
  private long beganNanos;
  private long toldNanos;
  private long copies;
  private long bytes;
  private long failures;

  /**
   * Makes it.
   *
   * @param done what happens to replicas, for people
   */
  RepairProgress(String done, long nowNanos) {
    this.done = done;
    this.beganNanos = nowNanos;
    this.toldNanos = nowNanos;
  }

  void begin(long nowNanos) {
    if (!began) {
      began = true;
      beganNanos = nowNanos;
      toldNanos = nowNanos;
    }
  }

  boolean began() {
    return began;
  }

  void copied(int length) {
    copies++;
    bytes += length;
  }

  void failed() {
    failures++;
  }

  long copies() {
    return copies;
  }

  long bytes() {
    return bytes;
  }

  long failures() {
    return failures;
  }

  /** Tells whether it is time to tell; counts as told then. */
  boolean due(long nowNanos, Duration interval) {
    if (!began || nowNanos - toldNanos < interval.toNanos()) {
      return false;
    }
    toldNanos = nowNanos;
    return true;
  }

  String summary(long nowNanos) {
    double seconds = (nowNanos - beganNanos) / NANOS_PER_SECOND;
    double mib = bytes / BYTES_PER_MIB;
    return String.format(
        Locale.ROOT,
        "%d replicas %s (%.1f MiB) in %.1f s, %.0f/s and %.1f MiB/s; %d tries failed",
        copies,
        done,
        mib,
        seconds,
        copies / Math.max(0.001, seconds),
        mib / Math.max(0.001, seconds),
        failures);
  }
}
