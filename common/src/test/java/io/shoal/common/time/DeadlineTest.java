package io.shoal.common.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.testing.FakeClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeadlineTest {
  private final FakeClock clock = new FakeClock();

  @Test
  void remaining_timePasses_getsLess() {
    Deadline deadline = Deadline.after(Duration.ofMillis(10), clock);
    assertThat(deadline.remainingMillis()).isEqualTo(10);
    clock.advance(Duration.ofNanos(9_000_001));
    assertThat(deadline.remainingMillis()).as("rounded up").isEqualTo(1);
    assertThat(deadline.passed()).isFalse();
    clock.advanceMillis(1);
    assertThat(deadline.passed()).isTrue();
    assertThat(deadline.remainingMillis()).isZero();
    assertThat(deadline.remainingNanos()).isNegative();
  }

  @Test
  void after_forEver_doesNotOverflow() {
    assertThat(Deadline.after(Duration.ofSeconds(Long.MAX_VALUE), clock).passed()).isFalse();
  }

  @Test
  void orAfter_takesTheEarlier() {
    Deadline deadline = Deadline.after(Duration.ofSeconds(10), clock);
    assertThat(deadline.orAfter(Duration.ofSeconds(3)).remainingMillis()).isEqualTo(3_000);
    assertThat(deadline.orAfter(Duration.ofSeconds(30))).isEqualTo(deadline);
  }
}
