package io.shoal.client.internal.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * Tasks on their way. Those of one lane run in order; which lane goes next is drawn. One thread
 * only.
 */
final class Lanes {
  private final RandomGenerator random;
  private final List<Lane> waiting = new ArrayList<>();

  Lanes(RandomGenerator random) {
    this.random = random;
  }

  Executor newLane() {
    return new Lane();
  }

  /** Runs a task at any time, in no order with others: what a pool of threads may do. */
  void runLater(Runnable task) {
    newLane().execute(task);
  }

  /** Runs the first task of some lane; returns false if there is none. */
  boolean runNext() {
    if (waiting.isEmpty()) {
      return false;
    }
    int index = random.nextInt(waiting.size());
    Lane lane = waiting.get(index);
    Runnable task = lane.tasks.remove();
    if (lane.tasks.isEmpty()) {
      waiting.set(index, waiting.get(waiting.size() - 1));
      waiting.remove(waiting.size() - 1);
    }
    task.run();
    return true;
  }

  private final class Lane implements Executor {
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    @Override
    public void execute(Runnable task) {
      if (tasks.isEmpty()) {
        waiting.add(this);
      }
      tasks.add(task);
    }
  }
}
