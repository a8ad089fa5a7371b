package io.shoal.common.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.testing.FakeClock;
import io.shoal.common.testing.Property;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlarmQueueTest {
  private final FakeClock clock = new FakeClock();
  private final AlarmQueue alarms = new AlarmQueue(clock, clock);

  private record Alarm(long dueNanos, int number, Timer.Scheduled scheduled) {}

  @Test
  void schedule_manyOfWhichSomeAreCalledOff_runsTheOthersInOrderAndInTime() {
    Property.check(
        100,
        random -> {
          List<Alarm> set = new ArrayList<>();
          List<Integer> ran = new ArrayList<>();
          for (int i = 0; i < 60; i++) {
            int number = i;
            Duration delay = Duration.ofNanos(random.nextInt(50) * 1_000L);
            long due = clock.nanoTime() + delay.toNanos();
            Timer.Scheduled scheduled =
                alarms.schedule(
                    delay,
                    Runnable::run,
                    () -> {
                      assertThat(clock.nanoTime()).isEqualTo(due);
                      ran.add(number);
                    });
            set.add(new Alarm(due, number, scheduled));
            if (random.nextBoolean()) {
              Alarm calledOff = set.get(random.nextInt(set.size()));
              calledOff.scheduled().cancel();
              if (!ran.contains(calledOff.number())) {
                set.remove(calledOff);
              }
            }
            assertThat(clock.pendingTasks()).isLessThanOrEqualTo(1);
            if (i % 7 == 0) {
              clock.advance(Duration.ofNanos(random.nextInt(20_000)));
            }
          }
          clock.advanceMillis(1);
          assertThat(clock.pendingTasks()).isZero();
          assertThat(ran)
              .isEqualTo(
                  set.stream()
                      .sorted(Comparator.comparingLong(Alarm::dueNanos))
                      .map(Alarm::number)
                      .toList());
        });
  }

  @Test
  void close_callsAllOff() {
    FakeClock clock = new FakeClock();
    AlarmQueue alarms = new AlarmQueue(clock, clock);
    List<String> ran = new ArrayList<>();
    alarms.schedule(Duration.ofMillis(1), Runnable::run, () -> ran.add("first"));
    alarms.schedule(Duration.ofMillis(2), Runnable::run, () -> ran.add("second"));
    clock.advanceMillis(1);
    alarms.close();
    assertThat(clock.pendingTasks()).isZero();
    clock.advanceMillis(1);
    assertThat(ran).containsExactly("first");
  }
}
