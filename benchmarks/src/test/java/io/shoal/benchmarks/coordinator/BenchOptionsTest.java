package io.shoal.benchmarks.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchOptionsTest {
  @Test
  void parse_systemsAndOutput_theRestIsDefault() {
    BenchOptions options = BenchOptions.parse("--system", "a", "--system", "b", "--output", "out");

    assertThat(options.systems()).containsExactly(Path.of("a"), Path.of("b"));
    assertThat(options.output()).isEqualTo(Path.of("out"));
    assertThat(options.rounds()).isEqualTo(5);
    assertThat(options.warmUpRounds()).isEqualTo(2);
    assertThat(options.sizes().largeMebibytes()).isEqualTo(2_048);
    assertThat(options.workloads()).contains("L1", "W1", "W11", "A");
  }

  @Test
  void parse_quick_isSmall_butWhatIsSaidCounts() {
    assertThat(BenchOptions.parse("--check", "--quick").rounds()).isEqualTo(1);
    assertThat(BenchOptions.parse("--check", "--rounds", "3", "--quick").rounds()).isEqualTo(3);
    assertThat(BenchOptions.parse("--check", "--quick").warmUpRounds()).isEqualTo(1);
    assertThat(BenchOptions.parse("--check", "--warm-up", "4").warmUpRounds()).isEqualTo(4);
    assertThat(BenchOptions.parse("--check", "--mib", "64", "--quick").sizes().largeMebibytes())
        .isEqualTo(64);
  }

  @Test
  void parse_workloads_areOnlyThese() {
    assertThat(BenchOptions.parse("--check", "--workloads", "W5,W1").workloads())
        .containsExactlyInAnyOrder("W1", "W5");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--rounds 0       | --rounds 0 (expected: 1 to 1000)",
        "--rounds many    | --rounds many (expected: 1 to 1000)",
        "--mib -1         | --mib -1 (expected: 1 to 1048576)",
        "--rounds         | --rounds needs a value, or is no option",
        "--colour red     | unknown option '--colour'",
        "--rounds 3       | --system and --output are needed",
      })
  void parse_wrongOptions_areRefusedWithAMessage(String arguments, String message) {
    assertThatThrownBy(() -> BenchOptions.parse(arguments.split(" ", -1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void parse_unknownWorkload_isRefusedWithThoseThatThereAre() {
    assertThatThrownBy(() -> BenchOptions.parse("--check", "--workloads", "W1,W99"))
        .hasMessageContainingAll("there is no 'W99'", "W1,", "W11");
  }
}
