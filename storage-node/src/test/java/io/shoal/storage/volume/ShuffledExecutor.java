package io.shoal.storage.volume;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;

/**
 * Keeps its tasks and runs them one at a time on the test's thread in an order that a seed decides,
 * as many threads might.
 */
final class ShuffledExecutor implements Executor {
  private final List<Runnable> tasks = new ArrayList<>();
  private SplittableRandom random;

  ShuffledExecutor(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** Decides anew from here on. */
  void reseed(long seed) {
    random = new SplittableRandom(seed);
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  /** Runs one task; returns false if there is none. */
  boolean runNext() {
    if (tasks.isEmpty()) {
      return false;
    }
    tasks.remove(random.nextInt(tasks.size())).run();
    return true;
  }

  void runAll() {
    boolean more = true;
    while (more) {
      more = runNext();
    }
  }

  void clear() {
    tasks.clear();
  }
}
