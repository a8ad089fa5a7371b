package io.shoal.common.testing;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** From which seeds a random test runs, and how a failed one is run again. */
final class Seeds {
  /** Set to the seed that a failure printed, to run that only. */
  private static final String SEED = "shoal.seed";

  /** Set to a number by which the iterations of every random test are multiplied. */
  private static final String EFFORT = "shoal.effort";

  private Seeds() {}

  /** Returns fresh seeds, or the one that is to be replayed. */
  static LongStream forIterations(int iterations) {
    @Nullable String replayed = System.getProperty(SEED);
    if (replayed != null) {
      return LongStream.of(Long.decode(replayed));
    }
    return new SplittableRandom(System.nanoTime())
        .longs((long) iterations * Integer.getInteger(EFFORT, 1));
  }

  static RandomGenerator random(long seed) {
    return new SplittableRandom(seed);
  }

  /** Returns what to do to see a failure again. */
  static String howToReplay(long seed) {
    return "replay with -D" + SEED + "=" + seed;
  }
}
