package io.shoal.metadata.cluster;

/**
 * How ids of inodes, chunks and sessions are put together: 8 bits of space, 8 bits of recovery
 * epoch, 48 bits of a counter that never goes back. Rules T2 and S3: after a restore from backup
 * the epoch differs, so that ids which the lost state gave out never come back.
 */
public final class IdLayout {
  /** Counters stay below this. */
  static final long COUNTER_LIMIT = 1L << 48;

  private IdLayout() {}

  /** Returns the id with a counter. */
  static long compose(ClusterIdentity identity, long counter) {
    if (counter <= 0 || counter >= COUNTER_LIMIT) {
      throw new IllegalStateException("counter: " + counter + " (expected: 1 to 2^48 - 1)");
    }
    return (long) identity.space() << 56 | (long) identity.recoveryEpoch() << 48 | counter;
  }
}
