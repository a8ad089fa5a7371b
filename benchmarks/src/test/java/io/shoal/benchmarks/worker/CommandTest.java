package io.shoal.benchmarks.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CommandTest {
  @Test
  void ofLine_whatToLineWrote_isTheSame() {
    Command run = new Command.Run("W1", "/bench/round-1/large");
    Command clean = new Command.Clean("/bench/round-1/large");

    assertThat(Command.ofLine(run.toLine())).isEqualTo(run);
    assertThat(Command.ofLine(clean.toLine())).isEqualTo(clean);
  }

  @Test
  void ofLine_somethingElse_isRefused() {
    assertThatThrownBy(() -> Command.ofLine("run W1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("run W1 (expected: run WORKLOAD DIRECTORY");
  }
}
