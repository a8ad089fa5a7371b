package io.shoal.common.time;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * Lets things happen later. Thread-safe. Accuracy is that of the machine's timer, about a
 * millisecond.
 */
public interface Timer {
  /**
   * Runs a task once, after a delay, on an executor. The timer's own thread only hands it over, so
   * a slow task delays no other timer.
   *
   * @return a handle with which the task can be called off
   */
  Scheduled schedule(Duration delay, Executor executor, Runnable task);

  /** A task that is to run. */
  interface Scheduled {
    /** Calls the task off; without effect when it was handed over already. */
    void cancel();
  }
}
