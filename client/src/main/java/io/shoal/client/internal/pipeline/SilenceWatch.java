package io.shoal.client.internal.pipeline;

import io.shoal.common.time.TimeSource;
import io.shoal.common.time.Timer;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Notices that a server which owes answers says nothing at all: it stands still, or the line to it
 * is cut, which the transport would tell much later. A server that answers anything is only slow.
 * After each silence that no answer follows, the next one may be twice as long, so that a server
 * which is slow for everybody is not left again and again.
 *
 * <p>Owned by the pipeline's shard. Has a timer only while answers are owed.
 */
final class SilenceWatch {
  private static final int LONGEST_SHIFT = 3;

  private final Duration limit;
  private final TimeSource time;
  private final Timer timer;
  private final Executor shard;
  private final IntSupplier owed;
  private final Consumer<Duration> onSilence;

  private Timer.@Nullable Scheduled alarm;

  /** When something was heard, or the oldest request that is not answered went out. */
  private long sinceNanos;

  private int silences;

  /**
   * Makes a watch of a stream that was not used yet.
   *
   * @param owed how many answers are owed
   * @param onSilence hears for how long nothing was heard
   */
  SilenceWatch(
      Duration limit,
      TimeSource time,
      Timer timer,
      Executor shard,
      IntSupplier owed,
      Consumer<Duration> onSilence) {
    this.limit = limit;
    this.time = time;
    this.timer = timer;
    this.shard = shard;
    this.owed = owed;
    this.onSilence = onSilence;
  }

  /** A request went out, and is among those that are owed an answer. */
  void asked() {
    if (owed.getAsInt() == 1) {
      sinceNanos = time.nanoTime();
    }
    if (alarm == null) {
      setAlarm(allowed());
    }
  }

  /** Something was heard. */
  void heard() {
    silences = 0;
    sinceNanos = time.nanoTime();
  }

  /** There is no stream any more, or another one that was not used yet. */
  void stop() {
    if (alarm != null) {
      alarm.cancel();
      alarm = null;
    }
  }

  private Duration allowed() {
    return limit.multipliedBy(1L << Math.min(silences, LONGEST_SHIFT));
  }

  private void setAlarm(Duration delay) {
    alarm = timer.schedule(delay, shard, this::onAlarm);
  }

  private void onAlarm() {
    alarm = null;
    if (owed.getAsInt() == 0) {
      return;
    }
    Duration silent = Duration.ofNanos(time.nanoTime() - sinceNanos);
    Duration left = allowed().minus(silent);
    if (left.isNegative() || left.isZero()) {
      silences++;
      onSilence.accept(silent);
    } else {
      setAlarm(left);
    }
  }
}
