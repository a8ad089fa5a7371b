package io.shoal.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void of_oddNumberOfValues_isTheMiddleOne() {
    assertThat(Spread.of(5, 1, 3)).isEqualTo(new Spread(1, 3, 5));
  }

  @Test
  void of_evenNumberOfValues_isBetweenTheMiddleOnes() {
    assertThat(Spread.of(4, 1, 3, 2)).isEqualTo(new Spread(1, 2.5, 4));
  }

  @Test
  void of_noValues_isRefused() {
    assertThatThrownBy(Spread::of).isInstanceOf(IllegalArgumentException.class);
  }
}
