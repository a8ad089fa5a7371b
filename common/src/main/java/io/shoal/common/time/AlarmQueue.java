package io.shoal.common.time;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A timer for many alarms of which nearly all are called off before they are due. All of them
 * together keep one alarm of another timer, which stays when the one is called off that it was set
 * for: so setting and calling off wakes no thread. Thread-safe.
 */
public final class AlarmQueue implements Timer {
  private static final Comparator<Entry> SOONEST_FIRST =
      Comparator.<Entry>comparingLong(entry -> entry.dueNanos)
          .thenComparingLong(entry -> entry.sequence);

  private final TimeSource time;
  private final Timer timer;

  private final TreeSet<Entry> entries = new TreeSet<>(SOONEST_FIRST);
  private long sequences;
  private @Nullable Scheduled alarm;
  private long alarmAtNanos;

  /** Makes one without alarms on a timer. */
  public AlarmQueue(TimeSource time, Timer timer) {
    this.time = time;
    this.timer = timer;
  }

  @Override
  public Scheduled schedule(Duration delay, Executor executor, Runnable task) {
    synchronized (this) {
      long dueNanos = time.nanoTime() + Math.max(0, delay.toNanos());
      Entry entry = new Entry(dueNanos, sequences++, executor, task);
      entries.add(entry);
      if (alarm == null || dueNanos - alarmAtNanos < 0) {
        setAlarm(dueNanos);
      }
      return entry;
    }
  }

  /** Calls all alarms off. */
  public synchronized void close() {
    entries.clear();
    if (alarm != null) {
      alarm.cancel();
      alarm = null;
    }
  }

  private void setAlarm(long atNanos) {
    if (alarm != null) {
      alarm.cancel();
    }
    alarmAtNanos = atNanos;
    Duration delay = Duration.ofNanos(Math.max(0, atNanos - time.nanoTime()));
    alarm = timer.schedule(delay, Runnable::run, this::onAlarm);
  }

  private void onAlarm() {
    List<Entry> due = new ArrayList<>();
    synchronized (this) {
      alarm = null;
      long now = time.nanoTime();
      while (!entries.isEmpty() && entries.first().dueNanos - now <= 0) {
        due.add(entries.pollFirst());
      }
      if (!entries.isEmpty()) {
        setAlarm(entries.first().dueNanos);
      }
    }
    due.forEach(entry -> entry.executor.execute(entry.task));
  }

  private final class Entry implements Scheduled {
    private final long dueNanos;
    private final long sequence;
    private final Executor executor;
    private final Runnable task;

    Entry(long dueNanos, long sequence, Executor executor, Runnable task) {
      this.dueNanos = dueNanos;
      this.sequence = sequence;
      this.executor = executor;
      this.task = task;
    }

    @Override
    public void cancel() {
      synchronized (AlarmQueue.this) {
        entries.remove(this);
      }
    }
  }
}
