package io.shoal.common.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.testing.GreatestRandom;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class BackoffTest {
  @Test
  void next_bound_doublesUpToTheLimit() {
    Backoff backoff =
        new Backoff(Duration.ofMillis(10), Duration.ofMillis(75), new GreatestRandom());
    assertThat(backoff.next(1)).isEqualTo(Duration.ofMillis(10));
    assertThat(backoff.next(2)).isEqualTo(Duration.ofMillis(20));
    assertThat(backoff.next(3)).isEqualTo(Duration.ofMillis(40));
    assertThat(backoff.next(4)).isEqualTo(Duration.ofMillis(75));
    assertThat(backoff.next(60)).isEqualTo(Duration.ofMillis(75));
    assertThat(backoff.next(Integer.MAX_VALUE)).isEqualTo(Duration.ofMillis(75));
  }

  @Test
  void next_manyDraws_areSpreadOverTheWholeRange() {
    Backoff backoff =
        new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1), new SplittableRandom(3));
    double mean = 0;
    for (int i = 0; i < 10_000; i++) {
      Duration wait = backoff.next(2);
      assertThat(wait).isBetween(Duration.ZERO, Duration.ofMillis(200));
      mean += wait.toNanos() / 1e6 / 10_000;
    }
    assertThat(mean).isBetween(95.0, 105.0);
  }

  @Test
  void make_badBounds_isRefused() {
    RandomGenerator random = new SplittableRandom(1);
    assertThatThrownBy(() -> new Backoff(Duration.ZERO, Duration.ofSeconds(1), random))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1), random))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
