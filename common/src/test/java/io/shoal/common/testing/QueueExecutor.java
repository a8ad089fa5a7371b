package io.shoal.common.testing;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * An executor that keeps its tasks until the test runs them, on the test's thread: this makes
 * interleavings repeatable. Tasks may come from any thread.
 */
public final class QueueExecutor implements Executor {
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private boolean ended;

  @Override
  public synchronized void execute(Runnable task) {
    if (ended) {
      throw new RejectedExecutionException("ended");
    }
    tasks.add(task);
  }

  /**
   * Runs the oldest task.
   *
   * @return false if there is none
   */
  public boolean runNext() {
    Runnable task;
    synchronized (this) {
      task = tasks.poll();
    }
    if (task == null) {
      return false;
    }
    task.run();
    return true;
  }

  /**
   * Runs tasks until there are none, those included that they send.
   *
   * @return how many ran
   */
  public int runAll() {
    int count = 0;
    while (runNext()) {
      count++;
    }
    return count;
  }

  /** Returns how many tasks wait. */
  public synchronized int size() {
    return tasks.size();
  }

  /** Refuses further tasks, as a pool that was shut down does. */
  public synchronized void end() {
    ended = true;
  }
}
