package io.shoal.benchmarks.workload;

import java.util.concurrent.CompletableFuture;

/** Notices a store that answers wrongly: it would be measured doing something else. */
final class Expect {
  private Expect() {}

  static void equal(String what, long expected, long actual) {
    if (expected != actual) {
      throw new IllegalStateException(what + ": " + actual + " (expected: " + expected + ")");
    }
  }

  /** Fails the future unless it completes with that number. */
  static CompletableFuture<Void> number(
      String what, long expected, CompletableFuture<? extends Number> actual) {
    return actual.thenAccept(number -> equal(what, expected, number.longValue()));
  }
}
