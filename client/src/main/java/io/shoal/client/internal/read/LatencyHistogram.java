package io.shoal.client.internal.read;

/**
 * The distribution of the latest few hundred latencies: a histogram whose counts are halved
 * whenever they are many. Each octave has eight buckets, so that a quantile is right to about 9 %.
 * Not thread-safe.
 */
final class LatencyHistogram {
  private static final int BUCKET_BITS = 3;
  private static final int BUCKETS_IN_OCTAVE = 1 << BUCKET_BITS;

  /** The first octave begins at 8 microseconds, the last one ends behind a minute. */
  private static final int FIRST_OCTAVE = 13;

  private static final int OCTAVES = 24;
  private static final int HALVED_AT = 512;

  private final int[] counts = new int[OCTAVES * BUCKETS_IN_OCTAVE];
  private int total;

  void add(long nanos) {
    counts[bucketOf(nanos)]++;
    total++;
    if (total == HALVED_AT) {
      total = 0;
      for (int i = 0; i < counts.length; i++) {
        counts[i] /= 2;
        total += counts[i];
      }
    }
  }

  /** Returns how many latencies it remembers. */
  int total() {
    return total;
  }

  /**
   * Returns a latency that so many of a hundred do not exceed.
   *
   * @return the end of the bucket, in nanoseconds; 0 if nothing was added
   */
  long percentileNanos(int percent) {
    long wanted = ((long) total * percent + 99) / 100;
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= wanted && seen > 0) {
        return endOf(i);
      }
    }
    return 0;
  }

  private static int bucketOf(long nanos) {
    int octave = 63 - Long.numberOfLeadingZeros(Math.max(1, nanos));
    if (octave < FIRST_OCTAVE) {
      return 0;
    }
    if (octave >= FIRST_OCTAVE + OCTAVES) {
      return OCTAVES * BUCKETS_IN_OCTAVE - 1;
    }
    int within = (int) (nanos >>> (octave - BUCKET_BITS)) & (BUCKETS_IN_OCTAVE - 1);
    return (octave - FIRST_OCTAVE) * BUCKETS_IN_OCTAVE + within;
  }

  private static long endOf(int bucket) {
    int octave = FIRST_OCTAVE + bucket / BUCKETS_IN_OCTAVE;
    long eighth = 1L << (octave - BUCKET_BITS);
    return (1L << octave) + (bucket % BUCKETS_IN_OCTAVE + 1) * eighth;
  }
}
