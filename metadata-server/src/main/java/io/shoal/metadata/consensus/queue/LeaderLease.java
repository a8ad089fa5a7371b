package io.shoal.metadata.consensus.queue;

import io.shoal.common.time.TimeSource;
import java.time.Duration;

/**
 * For how long this server surely leads, as long as clocks run. An entry that was formed here and
 * has been applied is in the log of every later leader, which got it after it was formed, and
 * stands for election only when it has heard nothing for some time after that. A lease is shorter
 * than that time by far, and counts from the moment at which the entry was formed.
 *
 * <p>What is elected because this server has it so, is elected at once: no lease is given while
 * that may be. Thread-safe.
 */
public final class LeaderLease {
  private final TimeSource time;
  private final long lengthNanos;

  private boolean given;
  private long formedNanos;
  private long noneBeforeNanos;

  /**
   * Makes a lease that is not given.
   *
   * @param length well below the shortest time after which somebody else is elected
   */
  public LeaderLease(Duration length, TimeSource time) {
    this.time = time;
    this.lengthNanos = length.toNanos();
    this.noneBeforeNanos = time.nanoTime();
  }

  /** Returns the time that an entry has to tell of when it was formed. */
  long nanoTime() {
    return time.nanoTime();
  }

  /** An entry of the present term has been applied. */
  synchronized void confirm(long entryFormedNanos) {
    boolean counts = entryFormedNanos - noneBeforeNanos >= 0;
    if (counts && (!given || entryFormedNanos - formedNanos > 0)) {
      given = true;
      formedNanos = entryFormedNanos;
    }
  }

  /** Tells whether nobody else can lead now. */
  public synchronized boolean holds() {
    return given && time.nanoTime() - formedNanos < lengthNanos;
  }

  /** The lease ends, and is given anew by entries that are formed from now on. */
  void end() {
    suspend(Duration.ZERO);
  }

  /** The lease ends, and is given anew by entries that are formed after some time. */
  public synchronized void suspend(Duration length) {
    given = false;
    long end = time.nanoTime() + length.toNanos();
    if (end - noneBeforeNanos > 0) {
      noneBeforeNanos = end;
    }
  }
}
