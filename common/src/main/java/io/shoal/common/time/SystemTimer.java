package io.shoal.common.time;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The timer of this machine: one daemon thread, which only hands tasks over. One serves a whole
 * process.
 *
 * <p>A heap of due times instead of a hashed wheel: an idle process is never woken by ticks, delays
 * are not rounded to a tick, and a task that is called off leaves at once, with all it refers to.
 */
public final class SystemTimer implements Timer, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SystemTimer.class);

  /** Longest delay, so that sums of due times can't overflow. */
  private static final Duration LONGEST = Duration.ofDays(10_000);

  private final ScheduledThreadPoolExecutor thread;

  /** Makes a timer, whose thread starts with its first task. */
  public SystemTimer() {
    thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread made = new Thread(task, "shoal-timer");
              made.setDaemon(true);
              return made;
            });
    thread.setRemoveOnCancelPolicy(true);
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /**
   * {@inheritDoc} A negative delay is none. If the executor has ended when the time comes, the task
   * is dropped and that is logged.
   *
   * @throws ShoalException {@link ErrorCode#UNAVAILABLE} if the timer is closed
   */
  @Override
  public Scheduled schedule(Duration delay, Executor executor, Runnable task) {
    long nanos = delay.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : delay.toNanos();
    try {
      ScheduledFuture<?> scheduled =
          thread.schedule(() -> handOver(executor, task), nanos, TimeUnit.NANOSECONDS);
      return () -> scheduled.cancel(false);
    } catch (RejectedExecutionException closed) {
      throw new ShoalException(ErrorCode.UNAVAILABLE, "timer", "closed", closed);
    }
  }

  /** Drops all tasks that are not due yet and ends the thread. May be called again. */
  @Override
  public void close() {
    thread.shutdownNow();
  }

  private static void handOver(Executor executor, Runnable task) {
    try {
      executor.execute(task);
    } catch (RuntimeException refused) {
      LOG.warn("Timed task dropped: {} does not take it", executor, refused);
    }
  }
}
