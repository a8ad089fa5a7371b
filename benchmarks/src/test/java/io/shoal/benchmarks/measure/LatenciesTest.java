package io.shoal.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatenciesTest {
  @Test
  void micros_hundredTimes_areThoseAtTheShare() {
    Latencies latencies = new Latencies(100);
    for (int i = 100; i >= 1; i--) {
      latencies.add(i * 1_000L);
    }

    assertThat(latencies.micros(0.5)).isEqualTo(51);
    assertThat(latencies.micros(0.99)).isEqualTo(100);
  }

  @Test
  void micros_noTimes_isZero() {
    assertThat(new Latencies(0).micros(0.5)).isZero();
  }
}
