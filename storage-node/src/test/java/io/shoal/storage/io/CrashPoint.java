package io.shoal.storage.io;

/** Counts steps of everything that crashes together, and ends it at a chosen one. Thread-safe. */
public final class CrashPoint {
  private long steps;
  private long crashAt = Long.MAX_VALUE;

  /** Thrown at the step at which the process dies, and at every one that it still tries. */
  public static final class SimulatedCrash extends Error {
    private static final long serialVersionUID = 1L;

    SimulatedCrash() {
      super("simulated crash", null, false, false);
    }
  }

  /** Lets the process die after so many further steps. */
  public synchronized void crashAfter(long further) {
    crashAt = steps + further;
  }

  /** Lets a new process begin. */
  public synchronized void restart() {
    crashAt = Long.MAX_VALUE;
  }

  /** Tells whether the process is dead. */
  public synchronized boolean crashed() {
    return steps >= crashAt;
  }

  /** Returns the steps so far. */
  public synchronized long steps() {
    return steps;
  }

  /** Takes a step; dies if it is the chosen one. */
  public synchronized void pass() {
    if (steps >= crashAt) {
      throw new SimulatedCrash();
    }
    steps++;
  }
}
