package io.shoal.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.benchmarks.measure.Row.Figure;
import org.junit.jupiter.api.Test;

class SampleTest {
  @Test
  void ofLine_whatToLineWrote_isTheSame() {
    Sample sample = sample(Figure.RATE, 0, 2_000);

    assertThat(Sample.ofLine(sample.toLine())).isEqualTo(sample);
  }

  @Test
  void ofLine_somethingElse_isRefused() {
    assertThatThrownBy(() -> Sample.ofLine("W1\twrite"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 fields (expected: 13)");
  }

  @Test
  void bandwidth_isMebibytesASecond_andCpuForEachGibibyte() {
    Sample sample = sample(Figure.BANDWIDTH, 2L << 30, 1);

    assertThat(sample.figure()).isEqualTo(512);
    assertThat(sample.clientCpu()).isEqualTo(1.5);
    assertThat(sample.serverCpu()).isEqualTo(3);
  }

  @Test
  void rate_isOperationsASecond_andCpuForEachThousand() {
    Sample sample = sample(Figure.RATE, 0, 2_000);

    assertThat(sample.figure()).isEqualTo(500);
    assertThat(sample.clientCpu()).isEqualTo(1.5);
  }

  @Test
  void latency_isTheMedianOfTheOperations() {
    assertThat(sample(Figure.LATENCY, 0, 2_000).figure()).isEqualTo(70);
  }

  private static Sample sample(Figure figure, long bytes, long operations) {
    return new Sample(
        new Row("W0", "some work, 16 in flight", figure),
        4,
        bytes,
        operations,
        70,
        900,
        3,
        6,
        100,
        300,
        20);
  }
}
