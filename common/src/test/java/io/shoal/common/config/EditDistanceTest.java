package io.shoal.common.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EditDistanceTest {
  @Test
  void between_words_countsInsertionsDeletionsAndReplacements() {
    assertThat(EditDistance.between("kitten", "sitting")).isEqualTo(3);
    assertThat(EditDistance.between("", "abc")).isEqualTo(3);
    assertThat(EditDistance.between("abc", "")).isEqualTo(3);
    assertThat(EditDistance.between("abc", "abc")).isZero();
    assertThat(EditDistance.between("ab", "ba")).isEqualTo(2);
  }
}
