package io.shoal.client.internal.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.id.NodeId;
import io.shoal.common.testing.FakeClock;
import org.junit.jupiter.api.Test;

class StragglerBudgetTest {
  private final FakeClock clock = new FakeClock();
  private final StragglerBudget budget = new StragglerBudget(clock);

  @Test
  void tryLeave_moreNodesThanTheLimit_isRefusedUntilOneIsForgotten() {
    for (int node = 1; node <= StragglerBudget.NODE_LIMIT; node++) {
      assertThat(budget.tryLeave(new NodeId(node))).isTrue();
      clock.advanceMillis(4_000);
    }
    assertThat(budget.tryLeave(new NodeId(77))).isFalse();
    // As many chunks as there are, of the same nodes.
    assertThat(budget.tryLeave(new NodeId(2))).isTrue();
    clock.advanceMillis(4_000);
    assertThat(budget.tryLeave(new NodeId(77))).isTrue();
    assertThat(budget.tryLeave(new NodeId(1))).isFalse();
  }
}
