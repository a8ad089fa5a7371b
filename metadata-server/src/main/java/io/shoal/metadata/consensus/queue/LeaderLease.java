package io.shoal.metadata.consensus.queue;

import io.shoal.common.time.TimeSource;
import java.time.Duration;

/**
 * For how long this server surely leads, as long as clocks run. An entry that was formed here and
 * has been applied is in the log of every later leader, which got it after it was formed, and
 * stands for election only when it has heard nothing for some time after that. A lease is shorter
 * than that time by far, and counts from the moment at which the entry was formed.
 *
 * <p>Who is told by this server to take over stands for election at once, whenever that reaches it:
 * from then on no lease is given as long as this term lasts. Thread-safe.
 */
public final class LeaderLease {
  private final TimeSource time;
  private final long lengthNanos;

  /** Whether this server leads, and has nobody take over. */
  private boolean open;

  private long openedNanos;
  private boolean given;
  private long formedNanos;

  /**
   * Makes a lease that is not given.
   *
   * @param length well below the shortest time after which somebody else is elected
   */
  public LeaderLease(Duration length, TimeSource time) {
    this.time = time;
    this.lengthNanos = length.toNanos();
  }

  /** Returns the time that an entry has to tell of when it was formed. */
  long nanoTime() {
    return time.nanoTime();
  }

  /** This server leads from now on: entries that are formed from now on give a lease. */
  synchronized void begin() {
    open = true;
    given = false;
    openedNanos = time.nanoTime();
  }

  /** None is given any more until the next {@link #begin}. */
  synchronized void end() {
    open = false;
    given = false;
  }

  /** An entry of the present term has been applied. */
  synchronized void confirm(long entryFormedNanos) {
    boolean counts = open && entryFormedNanos - openedNanos >= 0;
    if (counts && (!given || entryFormedNanos - formedNanos > 0)) {
      given = true;
      formedNanos = entryFormedNanos;
    }
  }

  /** Tells whether nobody else can lead now. */
  public synchronized boolean holds() {
    return given && time.nanoTime() - formedNanos < lengthNanos;
  }
}
