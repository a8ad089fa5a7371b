package io.shoal.common.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.program.MemoryBound.Part;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryBoundTest {
  private static final long MIB = 1 << 20;

  @Test
  void ofThisProcess_hasWhatTheJvmWasTold() {
    MemoryBound bound = MemoryBound.ofThisProcess(72 * MIB);

    assertThat(bound.parts())
        .extracting(Part::name)
        .containsExactly("heap", "direct buffers", "classes", "compiled code", "stacks", "RocksDB");
    assertThat(bound.parts()).allMatch(part -> part.bytes() > 0);
    // A serial collector keeps a part of the heap for itself that this method does not count.
    assertThat(bound.parts().get(0).bytes())
        .isGreaterThanOrEqualTo(Runtime.getRuntime().maxMemory());
    assertThat(bound.parts()).contains(new Part("RocksDB", 72 * MIB));
  }

  @Test
  void toString_tellsTheSumAndItsParts() {
    MemoryBound bound =
        new MemoryBound(List.of(new Part("heap", 64 * MIB), new Part("RocksDB", 72 * MIB + 5)));
    assertThat(bound).hasToString("at most 136 MiB: heap 64 MiB, RocksDB 72 MiB");
  }

  @Test
  void bytes_ofAPartWithoutLimit_haveNone() {
    MemoryBound bound =
        new MemoryBound(List.of(new Part("heap", 64 * MIB), new Part("classes", Long.MAX_VALUE)));
    assertThat(bound.bytes()).isEqualTo(Long.MAX_VALUE);
    assertThat(bound).hasToString("without limit: heap 64 MiB, classes without limit");
  }
}
