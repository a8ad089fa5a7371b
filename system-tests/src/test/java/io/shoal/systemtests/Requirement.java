package io.shoal.systemtests;

import org.junit.jupiter.api.Assumptions;

/**
 * What a test needs of the machine: skips on a user's machine, fails where {@code
 * SHOAL_REQUIRE=all} says that nothing may be skipped.
 */
final class Requirement {
  private Requirement() {}

  static void check(boolean met, String reason) {
    if (!met && "all".equals(System.getenv("SHOAL_REQUIRE"))) {
      throw new AssertionError(reason);
    }
    Assumptions.assumeTrue(met, reason);
  }
}
