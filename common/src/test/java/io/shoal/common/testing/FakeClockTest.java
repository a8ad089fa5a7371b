package io.shoal.common.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.time.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FakeClockTest {
  private final FakeClock clock = new FakeClock();
  private final long start = clock.nanoTime();
  private final List<String> ran = new ArrayList<>();

  @Test
  void advance_tasksDue_runInOrderEachAtItsTime() {
    schedule(30, "c");
    schedule(10, "a");
    schedule(10, "b");
    schedule(31, "d");
    clock.advanceMillis(30);
    assertThat(ran).containsExactly("a@10", "b@10", "c@30");
    assertThat(clock.pendingTasks()).isEqualTo(1);
  }

  @Test
  void advance_taskSchedulesAnother_runsThatToo() {
    clock.schedule(Duration.ofMillis(10), DirectExecutor.INSTANCE, () -> schedule(5, "inner"));
    clock.advanceMillis(20);
    assertThat(ran).containsExactly("inner@15");
    assertThat(clock.nanoTime() - start).isEqualTo(20_000_000);
  }

  @Test
  void advance_withinATask_leavesTheClockAtTheLaterTime() {
    clock.schedule(Duration.ofMillis(1), DirectExecutor.INSTANCE, () -> clock.advanceMillis(50));
    clock.advanceMillis(10);
    assertThat(clock.nanoTime() - start).isEqualTo(51_000_000);
  }

  @Test
  void cancel_beforeTheTime_callsOff() {
    Timer.Scheduled task = schedule(10, "x");
    task.cancel();
    assertThat(clock.pendingTasks()).isZero();
    clock.advanceMillis(10);
    assertThat(ran).isEmpty();
  }

  @Test
  void advanceToNext_goesToTheEarliest() {
    schedule(30, "b");
    schedule(20, "a");
    assertThat(clock.advanceToNext()).isTrue();
    assertThat(ran).containsExactly("a@20");
    assertThat(clock.advanceToNext()).isTrue();
    assertThat(clock.advanceToNext()).isFalse();
  }

  @Test
  void jumpWall_leavesTheMonotonicClock() {
    long wall = clock.wallMillis();
    clock.jumpWall(Duration.ofHours(-1));
    clock.advanceMillis(5);
    assertThat(clock.wallMillis() - wall).isEqualTo(5 - 3_600_000);
    assertThat(clock.nanoTime() - start).isEqualTo(5_000_000);
  }

  private Timer.Scheduled schedule(long delayMillis, String name) {
    return clock.schedule(
        Duration.ofMillis(delayMillis),
        DirectExecutor.INSTANCE,
        () -> ran.add(name + "@" + (clock.nanoTime() - start) / 1_000_000));
  }
}
