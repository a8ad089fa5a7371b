package io.shoal.common.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.shoal.common.testing.NoLeaks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class BufferPoolTest {
  private static final int MIB = 1 << 20;

  private final BufferPool pool = BufferPool.create(new BufferSettings(2, 4 * MIB, 64 * MIB));

  @Test
  void allocate_isDirectPooledAndOnTheAccount() {
    assertThat(pool.reservedBytes()).isZero();
    ByteBuf buffer = pool.allocator().buffer(MIB);
    assertThat(buffer.isDirect()).isTrue();
    assertThat(pool.usedBytes()).isEqualTo(MIB);
    assertThat(pool.reservedBytes()).isEqualTo(4 * MIB);
    assertThat(pool.maxBytes()).isEqualTo(64 * MIB);
    buffer.release();
    assertThat(pool.usedBytes()).isZero();
  }

  @Test
  void allocate_twoBuffersOfHalfAChunk_shareIt() {
    ByteBuf first = pool.allocator().buffer(2 * MIB);
    ByteBuf second = pool.allocator().buffer(2 * MIB);
    assertThat(pool.reservedBytes()).isEqualTo(4 * MIB);
    first.release();
    second.release();
  }

  @Test
  void allocate_largerThanAChunk_isCountedToo() {
    ByteBuf huge = pool.allocator().buffer(9 * MIB);
    assertThat(pool.reservedBytes()).isEqualTo(9 * MIB);
    huge.release();
    assertThat(pool.reservedBytes()).isZero();
  }

  @Test
  void settings_outOfRange_areRefused() {
    assertThatThrownBy(() -> new BufferSettings(0, 4 * MIB, 64 * MIB))
        .hasMessage("arenas: 0 (expected: >= 1)");
    assertThatThrownBy(() -> new BufferSettings(1, 3 * MIB, 64 * MIB))
        .hasMessageContaining("power of two");
    assertThatThrownBy(() -> new BufferSettings(1, 4 * MIB, MIB)).hasMessageContaining("maxBytes");
    assertThat(BufferSettings.withMaxBytes(64 * MIB).arenas()).isBetween(2, 4);
  }
}
