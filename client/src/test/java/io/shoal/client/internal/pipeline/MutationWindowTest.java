package io.shoal.client.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MutationWindowTest {
  private final MutationWindow window = new MutationWindow(7, 3);

  @Test
  void take_countsFromOne() {
    assertThat(window.firstUnacknowledged()).isEqualTo(1);
    assertThat(window.take()).isEqualTo(1);
    assertThat(window.take()).isEqualTo(2);
    assertThat(window.firstUnacknowledged()).isEqualTo(1);
  }

  @Test
  void release_notTheFirst_makesNoRoom() {
    window.take();
    window.take();
    window.take();
    window.release(2);
    window.release(3);
    assertThat(window.hasRoom()).isFalse();
    window.release(1);
    assertThat(window.firstUnacknowledged()).isEqualTo(4);
    assertThat(window.hasRoom()).isTrue();
  }

  @Test
  void take_withoutRoom_isADefect() {
    window.take();
    window.take();
    window.take();
    assertThatThrownBy(window::take).isInstanceOf(IllegalStateException.class);
  }
}
