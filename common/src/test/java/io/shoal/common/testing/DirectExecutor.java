package io.shoal.common.testing;

import java.util.concurrent.Executor;

/** Runs each task at once, on the thread that sends it, even within another task. */
public enum DirectExecutor implements Executor {
  /** The only one; it has no state. */
  INSTANCE;

  @Override
  public void execute(Runnable task) {
    task.run();
  }
}
