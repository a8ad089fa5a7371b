package io.shoal.metadata.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.testing.FakeClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Rule T1. */
final class LogClockTest {
  private final FakeClock time = new FakeClock();
  private final LogClock clock = new LogClock(time);

  @Test
  void nowMillis_steadyClocks_followsThem() {
    clock.begin(0);
    long before = clock.nowMillis();
    assertThat(before).isEqualTo(time.wallMillis());

    time.advanceMillis(1_500);

    assertThat(clock.nowMillis()).isEqualTo(before + 1_500);
  }

  @Test
  void begin_replicatedTimeIsAhead_startsThere() {
    long ahead = time.wallMillis() + 60_000;

    clock.begin(ahead);

    assertThat(clock.nowMillis()).isEqualTo(ahead);
  }

  @Test
  void nowMillis_aheadOfTheWall_runsSlowerButNeverBack() {
    long ahead = time.wallMillis() + 60_000;
    clock.begin(ahead);

    time.advanceMillis(1_000);

    assertThat(clock.nowMillis()).isEqualTo(ahead + 900);
  }

  @Test
  void nowMillis_wallJumpsForward_isSlewedByATenth() {
    clock.begin(0);
    long before = clock.nowMillis();
    time.jumpWall(Duration.ofDays(1));
    assertThat(clock.nowMillis()).isEqualTo(before);

    time.advanceMillis(1_000);

    assertThat(clock.nowMillis()).isEqualTo(before + 1_100);
  }

  @Test
  void nowMillis_wallJumpsBack_neverGoesBack() {
    clock.begin(0);
    long before = clock.nowMillis();
    time.jumpWall(Duration.ofDays(-1));
    for (int i = 0; i < 100; i++) {
      time.advanceMillis(7);
      long now = clock.nowMillis();
      assertThat(now).isBetween(before + 6, before + 8);
      before = now;
    }
  }

  @Test
  void nowMillis_smallDrift_isMadeUpCompletely() {
    clock.begin(0);
    time.jumpWall(Duration.ofMillis(50));

    time.advanceMillis(10_000);

    assertThat(clock.nowMillis()).isEqualTo(time.wallMillis());
  }
}
