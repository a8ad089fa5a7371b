package io.shoal.client.internal.read;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many second streams a client may open because the first is late (rule O1): a share of its
 * reads, and a few at the beginning, so that a program that reads only one file has some. What is
 * not used is kept up to that few. Thread-safe.
 */
final class HedgeBudget {
  /** Hedges that may be unused at a time. */
  static final int SAVED_LIMIT = 8;

  private static final long HEDGE = 100;
  private static final long MOST = SAVED_LIMIT * HEDGE;

  private final int percent;

  /** What is left, in hundredths of a hedge. */
  private final AtomicLong left;

  /**
   * Makes one.
   *
   * @param percent of the reads, 0 for none
   */
  HedgeBudget(int percent) {
    this.percent = percent;
    this.left = new AtomicLong(percent == 0 ? 0 : MOST);
  }

  /** Counts a read. */
  void onRead() {
    long before = left.get();
    if (before < MOST) {
      // Under contention a read may go uncounted: the budget is a limit, not an account.
      left.compareAndSet(before, Math.min(MOST, before + percent));
    }
  }

  /** Takes a hedge if there is one. */
  boolean tryTake() {
    long before = left.get();
    while (before >= HEDGE) {
      if (left.compareAndSet(before, before - HEDGE)) {
        return true;
      }
      before = left.get();
    }
    return false;
  }

  /** Tells whether there is one to take. */
  boolean hasHedge() {
    return left.get() >= HEDGE;
  }
}
