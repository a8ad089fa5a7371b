package io.shoal.client.internal.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.id.NodeId;
import io.shoal.common.testing.FakeClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class NodeSuspicionsTest {
  private final FakeClock clock = new FakeClock();
  private final NodeSuspicions suspicions = new NodeSuspicions(Duration.ofSeconds(10), clock);

  @Test
  void isSuspected_aWhileAfterTheLastFailure_notAnyMore() {
    suspicions.reportFailure(new NodeId(1));
    clock.advance(Duration.ofSeconds(9));
    suspicions.reportFailure(new NodeId(1));
    clock.advance(Duration.ofSeconds(9));
    assertThat(suspicions.isSuspected(new NodeId(1))).isTrue();
    clock.advance(Duration.ofSeconds(1));
    assertThat(suspicions.isSuspected(new NodeId(1))).isFalse();
  }

  @Test
  void reportSuccess_afterFailure_forgetsIt() {
    suspicions.reportFailure(new NodeId(1));
    suspicions.reportFailure(new NodeId(2));
    suspicions.reportSuccess(new NodeId(1));
    assertThat(suspicions.suspected()).containsExactly(new NodeId(2));
  }

  @Test
  void reportFailure_ofMoreNodesThanAreRemembered_theOldestIsForgotten() {
    for (int id = 1; id <= 2_000; id++) {
      suspicions.reportFailure(new NodeId(id));
    }
    assertThat(suspicions.suspected()).hasSize(1_024).doesNotContain(new NodeId(1));
  }

  @Test
  void failedSince_failureBefore_false() {
    suspicions.reportFailure(new NodeId(1));
    long after = clock.nanoTime();
    assertThat(suspicions.failedSince(new NodeId(1), after)).isFalse();
    assertThat(suspicions.failedSince(new NodeId(1), after - 1)).isTrue();
    assertThat(suspicions.failedSince(new NodeId(2), after - 1)).isFalse();
  }
}
