package io.shoal.client.internal.pipeline;

import io.shoal.common.time.TimeSource;
import io.shoal.common.time.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls by the time at which they are given up. One timer serves all: most calls are answered long
 * before, and their deadlines are mostly the same time ahead.
 */
final class DeadlineQueue {
  private static final Comparator<PendingCall> SOONEST_FIRST =
      Comparator.<PendingCall>comparingLong(call -> call.deadline().atNanos())
          .thenComparingLong(PendingCall::id);

  private final TimeSource time;
  private final Timer timer;
  private final Executor shard;
  private final Consumer<PendingCall> onPassed;

  private final TreeSet<PendingCall> calls = new TreeSet<>(SOONEST_FIRST);
  private Timer.@Nullable Scheduled alarm;
  private long alarmAtNanos;

  DeadlineQueue(TimeSource time, Timer timer, Executor shard, Consumer<PendingCall> onPassed) {
    this.time = time;
    this.timer = timer;
    this.shard = shard;
    this.onPassed = onPassed;
  }

  void add(PendingCall call) {
    calls.add(call);
    if (alarm == null || call.deadline().atNanos() - alarmAtNanos < 0) {
      setAlarm(call.deadline().atNanos());
    }
  }

  /** Takes a call out; the alarm stays and finds nothing to do. */
  void remove(PendingCall call) {
    calls.remove(call);
  }

  void close() {
    calls.clear();
    cancelAlarm();
  }

  private void setAlarm(long atNanos) {
    cancelAlarm();
    alarmAtNanos = atNanos;
    long delay = Math.max(0, atNanos - time.nanoTime());
    alarm = timer.schedule(Duration.ofNanos(delay), shard, this::onAlarm);
  }

  private void cancelAlarm() {
    if (alarm != null) {
      alarm.cancel();
      alarm = null;
    }
  }

  private void onAlarm() {
    alarm = null;
    List<PendingCall> passed = new ArrayList<>();
    for (PendingCall call : calls) {
      if (!call.deadline().passed()) {
        break;
      }
      passed.add(call);
    }
    passed.forEach(calls::remove);
    passed.forEach(onPassed);
    if (alarm == null && !calls.isEmpty()) {
      setAlarm(calls.first().deadline().atNanos());
    }
  }
}
