package io.shoal.common.transport;

import io.shoal.common.time.TimeSource;
import io.shoal.common.time.Timer;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Notices that a stream which waits for its peer gets nowhere. Thread-safe. Costs one timer at a
 * time, which is not touched by progress: when it goes off, it looks how long ago that was.
 */
final class IdleWatch {
  private final long limitNanos;
  private final TimeSource time;
  private final Timer timer;
  private final Executor executor;
  private final Runnable onIdle;

  private boolean waiting;
  private boolean ended;
  private long progressNanos;
  private Timer.@Nullable Scheduled alarm;

  /**
   * Makes a watch that does not wait yet.
   *
   * @param onIdle runs on the executor, at most once, after which the watch has ended
   */
  IdleWatch(Duration limit, TimeSource time, Timer timer, Executor executor, Runnable onIdle) {
    this.limitNanos = limit.toNanos();
    this.time = time;
    this.timer = timer;
    this.executor = executor;
    this.onIdle = onIdle;
  }

  /** Says whether something is awaited from the peer. Time counts from when that begins. */
  synchronized void await(boolean awaited) {
    if (awaited && !waiting) {
      progressNanos = time.nanoTime();
      if (alarm == null && !ended) {
        schedule(limitNanos);
      }
    }
    waiting = awaited;
  }

  /** Says that the peer was heard of: time counts anew. */
  synchronized void progress() {
    progressNanos = time.nanoTime();
  }

  /** Ends the watch. */
  synchronized void end() {
    ended = true;
    if (alarm != null) {
      alarm.cancel();
      alarm = null;
    }
  }

  private void schedule(long delayNanos) {
    alarm = timer.schedule(Duration.ofNanos(delayNanos), executor, this::look);
  }

  private void look() {
    synchronized (this) {
      alarm = null;
      if (ended || !waiting) {
        return;
      }
      long leftNanos = limitNanos - (time.nanoTime() - progressNanos);
      if (leftNanos > 0) {
        schedule(leftNanos);
        return;
      }
      ended = true;
    }
    onIdle.run();
  }
}
