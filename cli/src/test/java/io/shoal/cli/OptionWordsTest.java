package io.shoal.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.cli.command.Commands;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionWordsTest {
  private static List<String> normalise(String command, String... words) {
    Command found = Commands.find(command).orElseThrow();
    return new OptionWords(command, Help.parser(found, new CommonOptions()))
        .normalise(List.of(words));
  }

  @Test
  void normalise_flagsInOneWord_areSplit() {
    assertThat(normalise("ls", "-lRh", "/a")).containsExactly("-l", "-R", "-h", "/a");
  }

  @Test
  void normalise_longOptionWithEquals_isSplit() {
    assertThat(normalise("put", "--jobs=4", "a", "/b")).containsExactly("--jobs", "4", "a", "/b");
  }

  @Test
  void normalise_valueThatLooksLikeAnOption_isKept() {
    assertThat(normalise("head", "-n", "-5", "/a")).containsExactly("-n", "-5", "/a");
  }

  @Test
  void normalise_wordsBehindDoubleDash_areArguments() {
    assertThat(normalise("put", "-f", "--", "-x", "/b")).containsExactly("-f", "--", "-x", "/b");
  }

  @Test
  void normalise_singleDash_isAnArgument() {
    assertThat(normalise("put", "-", "/b")).containsExactly("-", "/b");
  }

  @Test
  void normalise_unknownOption_isRefused() {
    assertThatThrownBy(() -> normalise("put", "-x", "a", "/b"))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("unknown option '-x'");
    assertThatThrownBy(() -> normalise("ls", "-lZ"))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("-lZ");
  }

  @Test
  void normalise_missingValue_isRefused() {
    assertThatThrownBy(() -> normalise("put", "a", "/b", "--jobs"))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("--jobs needs a value");
  }
}
