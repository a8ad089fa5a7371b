package io.shoal.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class CommandLineTest {
  @Test
  void parse_commonOptionsBeforeTheName_moveBehindIt() {
    CommandLine line = CommandLine.parse(List.of("--cluster", "h:1", "--json", "ls", "/a"));
    assertThat(line.commandName()).isEqualTo("ls");
    assertThat(line.arguments()).containsExactly("--cluster", "h:1", "--json", "/a");
  }

  @Test
  void parse_nothing_hasNoCommand() {
    assertThat(CommandLine.parse(List.of()).commandName()).isEmpty();
    assertThat(CommandLine.parse(List.of("--help")).helpWanted()).isTrue();
  }

  @Test
  void parse_helpWithCommand_asksForThatHelp() {
    assertThat(CommandLine.parse(List.of("help", "put")))
        .isEqualTo(new CommandLine("put", List.of("--help")));
  }

  @Test
  void parse_clusterWithoutValue_isRefused() {
    assertThatThrownBy(() -> CommandLine.parse(List.of("--cluster")))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("--cluster needs a value");
  }
}
