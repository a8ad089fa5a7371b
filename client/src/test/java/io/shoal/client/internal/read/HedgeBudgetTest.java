package io.shoal.client.internal.read;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HedgeBudgetTest {
  private static int takeAll(HedgeBudget budget) {
    int taken = 0;
    while (budget.tryTake()) {
      taken++;
    }
    return taken;
  }

  @Test
  void tryTake_afterTheFirstFew_givesItsShareOfTheReads() {
    HedgeBudget budget = new HedgeBudget(5);
    assertThat(takeAll(budget)).isEqualTo(HedgeBudget.SAVED_LIMIT);
    int taken = 0;
    for (int i = 0; i < 10_000; i++) {
      budget.onRead();
      assertThat(budget.hasHedge()).isEqualTo(i % 20 == 19);
      taken += takeAll(budget);
    }
    assertThat(taken).isEqualTo(500);
  }

  @Test
  void onRead_unusedShare_isNotSavedForEver() {
    HedgeBudget budget = new HedgeBudget(5);
    for (int i = 0; i < 10_000; i++) {
      budget.onRead();
    }
    assertThat(takeAll(budget)).isEqualTo(HedgeBudget.SAVED_LIMIT);
  }

  @Test
  void tryTake_ofNoPercent_givesNothing() {
    HedgeBudget budget = new HedgeBudget(0);
    budget.onRead();
    assertThat(budget.hasHedge()).isFalse();
    assertThat(budget.tryTake()).isFalse();
  }
}
