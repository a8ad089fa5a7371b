package io.shoal.common.testing;

import java.util.random.RandomGenerator;

/** Always draws the greatest number that is possible. */
public final class GreatestRandom implements RandomGenerator {
  @Override
  public long nextLong() {
    return Long.MAX_VALUE;
  }

  @Override
  public long nextLong(long bound) {
    return bound - 1;
  }
}
