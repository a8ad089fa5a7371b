package io.shoal.common.flow;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Runs the completion of a future where its owner wants it, and in any case. */
final class Handover {
  private Handover() {}

  /**
   * Runs a task on an executor; on the calling thread if the executor has ended, because a future
   * must never be forgotten.
   */
  static void run(Executor executor, Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException ended) {
      task.run();
    }
  }
}
