package io.shoal.client.internal.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.id.NodeId;
import io.shoal.common.testing.FakeClock;
import io.shoal.common.testing.Property;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeLatenciesTest {
  private static final NodeId ONE = new NodeId(1);
  private static final NodeId TWO = new NodeId(2);
  private static final List<NodeId> BOTH = List.of(ONE, TWO);
  private static final int SMALL = 4_096;
  private static final int LARGE = 1 << 20;

  private final NodeLatencies latencies = new NodeLatencies(new FakeClock());

  private void answered(NodeId node, int rangeBytes, int count, Duration latency) {
    for (int i = 0; i < count; i++) {
      latencies.answered(node, rangeBytes, latency.toNanos());
    }
  }

  private Duration delay(int rangeBytes) {
    return Duration.ofNanos(latencies.hedgeDelayNanos(BOTH, rangeBytes));
  }

  @Test
  void hedgeDelay_followsTheFasterNode_forEachSize() {
    assertThat(delay(SMALL)).isEqualTo(Duration.ofMillis(50));
    answered(ONE, SMALL, 100, Duration.ofMillis(10));
    assertThat(delay(SMALL)).isBetween(Duration.ofMillis(20), Duration.ofMillis(23));
    assertThat(delay(LARGE)).isEqualTo(Duration.ofMillis(50));
    answered(TWO, SMALL, 100, Duration.ofMillis(5));
    answered(ONE, LARGE, 100, Duration.ofMillis(300));
    assertThat(delay(SMALL)).isBetween(Duration.ofMillis(10), Duration.ofMillis(12));
    assertThat(delay(LARGE)).isBetween(Duration.ofMillis(600), Duration.ofMillis(690));
    answered(TWO, SMALL, 1_000, Duration.ofNanos(20_000));
    assertThat(delay(SMALL)).isEqualTo(Duration.ofMillis(2));
  }

  @Test
  void isLate_onlyComparedWithOthersThatAreKnown() {
    answered(ONE, SMALL, 1, Duration.ofMillis(900));
    assertThat(latencies.isLate(ONE, BOTH, SMALL)).isFalse();
    assertThat(latencies.isLate(TWO, BOTH, SMALL)).isFalse();
    answered(TWO, SMALL, 1, Duration.ofMillis(300));
    assertThat(latencies.isLate(ONE, BOTH, SMALL)).isFalse();
    latencies.overtaken(ONE, SMALL, 1);
    assertThat(latencies.isLate(ONE, BOTH, SMALL)).isTrue();
    assertThat(latencies.isLate(TWO, BOTH, SMALL)).isFalse();
    assertThat(latencies.isLate(ONE, BOTH, LARGE)).isFalse();
  }

  @Test
  void isLate_differencesThatNobodyNotices_areNone() {
    answered(ONE, SMALL, 100, Duration.ofNanos(100_000));
    answered(TWO, SMALL, 100, Duration.ofMillis(2));
    assertThat(latencies.isLate(TWO, BOTH, SMALL)).isFalse();
  }

  @Test
  void percentile_isThatOfTheLatestSamples_toABucket() {
    Property.check(
        100,
        random -> {
          LatencyHistogram histogram = new LatencyHistogram();
          long[] samples = new long[random.nextInt(1, 500)];
          for (int i = 0; i < samples.length; i++) {
            samples[i] = Math.round(Math.exp(random.nextDouble(9.1, 24)));
            histogram.add(samples[i]);
          }
          Arrays.sort(samples);
          int percent = random.nextInt(1, 101);
          long exact = samples[(samples.length * percent + 99) / 100 - 1];
          assertThat(histogram.percentileNanos(percent))
              .isBetween(exact, Math.max(exact + exact / 8 + 1, 10_000));
        });
  }

  @Test
  void percentile_ofExtremes_staysWithinTheBuckets() {
    LatencyHistogram histogram = new LatencyHistogram();
    assertThat(histogram.percentileNanos(95)).isZero();
    histogram.add(-5);
    assertThat(histogram.percentileNanos(95)).isPositive();
    histogram.add(Long.MAX_VALUE);
    assertThat(histogram.percentileNanos(100)).isGreaterThan(Duration.ofMinutes(1).toNanos());
  }

  @Test
  void percentile_oldLatencies_areForgotten() {
    LatencyHistogram histogram = new LatencyHistogram();
    for (int i = 0; i < 500; i++) {
      histogram.add(1_000_000_000);
    }
    for (int i = 0; i < 5_000; i++) {
      histogram.add(1_000_000);
    }
    assertThat(histogram.percentileNanos(99)).isLessThan(2_000_000);
    assertThat(histogram.total()).isLessThan(512);
  }
}
