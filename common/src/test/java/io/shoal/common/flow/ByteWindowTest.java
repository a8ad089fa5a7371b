package io.shoal.common.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ByteWindowTest {
  private final ByteWindow window = new ByteWindow(100);

  @Test
  void take_upToTheSize_isAllowedAndNoMore() {
    assertThat(window.take(60)).isTrue();
    assertThat(window.take(41)).isFalse();
    assertThat(window.take(40)).isTrue();
    assertThat(window.usedBytes()).isEqualTo(100);
    assertThat(window.freeBytes()).isZero();
    window.giveBack(10);
    assertThat(window.take(10)).isTrue();
  }

  @Test
  void take_largerThanTheWindow_passesAlone() {
    assertThat(window.take(1)).isTrue();
    assertThat(window.take(500)).isFalse();
    window.giveBack(1);
    assertThat(window.take(500)).isTrue();
    assertThat(window.take(1)).isFalse();
    assertThat(window.freeBytes()).isZero();
  }

  @Test
  void giveBack_moreThanTaken_isADefect() {
    window.take(10);
    assertThatThrownBy(() -> window.giveBack(11))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("bytes given back: 11 (expected: 0 to 10)");
  }

  @Test
  void resize_smaller_keepsWhatIsOnItsWay() {
    window.take(80);
    window.resize(50);
    assertThat(window.take(1)).isFalse();
    window.giveBack(40);
    assertThat(window.take(10)).isTrue();
    assertThat(window).hasToString("ByteWindow[50 of 50]");
  }
}
