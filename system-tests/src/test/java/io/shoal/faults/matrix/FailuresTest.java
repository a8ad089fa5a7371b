package io.shoal.faults.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.faults.matrix.Row.Failures;
import org.junit.jupiter.api.Test;

class FailuresTest {
  private static final String SOME = "{GET CHUNK_UNREADABLE=1, PUT NOT_ENOUGH_NODES=12}";

  @Test
  void none_everyFailureIsUnexpected() {
    assertThat(Failures.NONE.among("{}")).isEmpty();
    assertThat(Failures.NONE.among(SOME))
        .containsExactly("GET CHUNK_UNREADABLE=1", "PUT NOT_ENOUGH_NODES=12");
  }

  @Test
  void noNodes_onlyOtherFailuresAreUnexpected() {
    assertThat(Failures.NO_NODES.among("{}")).isEmpty();
    assertThat(Failures.NO_NODES.among("{PUT NOT_ENOUGH_NODES=12, WRITE NOT_ENOUGH_NODES=3}"))
        .isEmpty();
    assertThat(Failures.NO_NODES.among(SOME)).containsExactly("GET CHUNK_UNREADABLE=1");
  }

  @Test
  void typed_noFailureIsUnexpected() {
    assertThat(Failures.TYPED.among(SOME)).isEmpty();
  }
}
