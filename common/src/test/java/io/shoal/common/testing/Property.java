package io.shoal.common.testing;

import java.util.random.RandomGenerator;

/**
 * Checks that something holds for whatever comes out of a random generator. Every run draws new
 * seeds; a failure prints its seed, and {@code -Dshoal.seed=SEED} replays it. {@code
 * -Dshoal.effort=N} makes N times as many iterations.
 *
 * <p>For things with states see {@link SequenceTest}, which also shrinks.
 */
public final class Property {
  /** What is checked. */
  @FunctionalInterface
  public interface Check {
    /** Draws its input from the generator, and throws if the property does not hold for it. */
    void run(RandomGenerator random) throws Exception;
  }

  private Property() {}

  /**
   * Runs a check with many seeds.
   *
   * @throws AssertionError naming the seed, caused by what the check threw
   */
  public static void check(int iterations, Check check) {
    Seeds.forIterations(iterations).forEach(seed -> checkSeed(seed, check));
  }

  private static void checkSeed(long seed, Check check) {
    try {
      check.run(Seeds.random(seed));
    } catch (Exception | AssertionError failure) {
      throw new AssertionError(Seeds.howToReplay(seed) + ": " + failure, failure);
    }
  }
}
