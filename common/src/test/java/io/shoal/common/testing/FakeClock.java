package io.shoal.common.testing;

import io.shoal.common.time.TimeSource;
import io.shoal.common.time.Timer;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;

/**
 * Time source and timer in one, which stand still until the test moves them. Thread-safe; tasks are
 * handed to their executors on the thread that calls {@link #advance}, each at the moment at which
 * it is due, in the order of their due times (then in that of their scheduling). The clock never
 * calls foreign code with its lock held.
 */
public final class FakeClock implements TimeSource, Timer {
  private static final Comparator<Task> DUE_FIRST =
      Comparator.comparingLong((Task task) -> task.dueNanos)
          .thenComparingLong(task -> task.sequence);

  private final PriorityQueue<Task> tasks = new PriorityQueue<>(DUE_FIRST);
  private long nanos = 1_000_000_000_000L;
  private long wallOffsetMillis = 1_700_000_000_000L;
  private long sequences;

  @Override
  public synchronized long nanoTime() {
    return nanos;
  }

  @Override
  public synchronized long wallMillis() {
    return wallOffsetMillis + nanos / 1_000_000;
  }

  /** {@inheritDoc} A task without delay waits for the next {@link #advance}, too. */
  @Override
  public synchronized Scheduled schedule(Duration delay, Executor executor, Runnable task) {
    long dueNanos = nanos + Math.max(0, delay.toNanos());
    Task scheduled = new Task(dueNanos, sequences++, executor, task);
    tasks.add(scheduled);
    return () -> cancel(scheduled);
  }

  /**
   * Moves both clocks forward and hands over all tasks that fall due, those included that are
   * scheduled by tasks which run within this call.
   */
  public void advance(Duration step) {
    if (step.isNegative()) {
      throw new IllegalArgumentException("step: " + step + " (expected: not negative)");
    }
    long until;
    synchronized (this) {
      until = nanos + step.toNanos();
    }
    while (true) {
      Task due;
      synchronized (this) {
        Task next = tasks.peek();
        if (next == null || next.dueNanos > until) {
          nanos = Math.max(nanos, until);
          return;
        }
        due = tasks.remove();
        nanos = Math.max(nanos, due.dueNanos);
      }
      due.executor.execute(due.task);
    }
  }

  /** As {@link #advance(Duration)} with milliseconds. */
  public void advanceMillis(long millis) {
    advance(Duration.ofMillis(millis));
  }

  /**
   * Moves to the moment of the earliest task and hands over what is due then.
   *
   * @return false if there is no task
   */
  public boolean advanceToNext() {
    long step;
    synchronized (this) {
      Task next = tasks.peek();
      if (next == null) {
        return false;
      }
      step = Math.max(0, next.dueNanos - nanos);
    }
    advance(Duration.ofNanos(step));
    return true;
  }

  /**
   * Makes the wall clock jump, forward or back; the monotonic clock goes on as if nothing had
   * happened.
   */
  public synchronized void jumpWall(Duration step) {
    wallOffsetMillis += step.toMillis();
  }

  /** Returns how many tasks wait for their time. */
  public synchronized int pendingTasks() {
    return tasks.size();
  }

  private synchronized void cancel(Task task) {
    tasks.remove(task);
  }

  private static final class Task {
    private final long dueNanos;
    private final long sequence;
    private final Executor executor;
    private final Runnable task;

    Task(long dueNanos, long sequence, Executor executor, Runnable task) {
      this.dueNanos = dueNanos;
      this.sequence = sequence;
      this.executor = executor;
      this.task = task;
    }
  }
}
