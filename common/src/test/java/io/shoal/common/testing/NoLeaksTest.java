package io.shoal.common.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.LeakPresenceDetector.ResourceScope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class NoLeaksTest {
  private final ResourceScope scope = new ResourceScope("a class");
  private ByteBuf buffer = Unpooled.EMPTY_BUFFER;

  @BeforeEach
  void enter() {
    ScopedLeakDetector.enter(scope);
  }

  @AfterEach
  void leave() {
    ScopedLeakDetector.leave();
  }

  @Test
  void scope_bufferUnreleased_isALeakOfThatClass() {
    buffer = PooledByteBufAllocator.DEFAULT.directBuffer(10);
    assertThat(scope.hasOpenResources()).isTrue();
    assertThatThrownBy(scope::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("'a class'");
  }

  @Test
  void scope_bufferReleasedByAnotherClass_isNoLeak() {
    buffer = Unpooled.directBuffer(10).retain();
    ScopedLeakDetector.leave();
    buffer.release(2);
    assertThat(scope.hasOpenResources()).isFalse();
    scope.close();
  }
}
