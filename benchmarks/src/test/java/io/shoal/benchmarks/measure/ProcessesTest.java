package io.shoal.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessesTest {
  private static final String STAT =
      "4711 (a (very) odd name) S 1 4711 4711 0 -1 4194560 900 0 0 0 250 75 1200 34 20 0 21 0 100";

  @Test
  void ownSeconds_nameWithSpacesAndParentheses_addsUserAndSystemTime() {
    assertThat(Processes.ownSeconds(STAT)).isEqualTo(3.25);
  }

  @Test
  void childrenSeconds_addsUserAndSystemTimeOfEndedChildren() {
    assertThat(Processes.childrenSeconds(STAT)).isEqualTo(12.34);
  }

  @Test
  void number_keyThatStands_isItsNumber() {
    assertThat(Processes.number("Name:\tx y\nVmHWM:\t  123456 kB\nThreads:\t21\n", "VmHWM:"))
        .isEqualTo(123_456);
  }

  @Test
  void number_keyThatDoesNotStand_isRefused() {
    assertThatThrownBy(() -> Processes.number("Threads:\t21\n", "VmHWM:"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("VmHWM:");
  }

  @Test
  void self_isThisProcess() {
    Processes self = Processes.self();
    self.forgetPeaks();

    assertThat(self.cpuSeconds()).isPositive();
    assertThat(self.peakMebibytes()).isPositive();
  }

  @Test
  void cpuSeconds_processThatIsGone_saysSo() {
    assertThatThrownBy(() -> new Processes(List.of(Long.MAX_VALUE)).cpuSeconds())
        .hasMessageContaining("ended");
  }
}
