package io.shoal.benchmarks.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SizesTest {
  @Test
  void ofWord_whatToWordWrote_isTheSame() {
    Sizes sizes = Sizes.full(2_048);

    assertThat(Sizes.ofWord(sizes.toWord())).isEqualTo(sizes);
  }

  @Test
  void ofWord_somethingElse_isRefused() {
    assertThatThrownBy(() -> Sizes.ofWord("1:2")).hasMessageContaining("expected: 7 numbers");
    assertThatThrownBy(() -> Sizes.ofWord("1:2:3:4:5:6:0")).hasMessageContaining("flood: 0");
  }
}
