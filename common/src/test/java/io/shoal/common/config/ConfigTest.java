package io.shoal.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTest {
  private static final Key<Long> WINDOW =
      Key.of("write.window", ValueTypes.bytes("64KiB", "64MiB"), "8MiB", "Bytes on their way.");
  private static final Key<Duration> STALL =
      Key.of(
          "write.stall", ValueTypes.duration("1s", "1h"), "30s", "Longest time without progress.");
  private static final Key<String> NAME = Key.of("node.name", ValueTypes.string(), "", "Name.");
  private static final Key<Path> DATA =
      Key.required("node.data", ValueTypes.path(), "Where data lies.");
  private static final ConfigSchema SCHEMA =
      new ConfigSchema(
          "Test",
          List.of(
              ConfigSchema.Section.of("Writing", WINDOW, STALL),
              ConfigSchema.Section.of("Node", NAME)));

  @TempDir Path directory;

  @Test
  void get_nothingGiven_isTheDefault() {
    Config config = Config.load(SCHEMA, Optional.empty(), List.of());
    assertThat(config.get(WINDOW)).isEqualTo(8L << 20);
    assertThat(config.origin(WINDOW)).isEqualTo("default");
    assertThat(config.describeChanges()).isEmpty();
  }

  @Test
  void get_file_overridesTheDefaultAndTheCommandLineTheFile() throws IOException {
    Path file =
        file(
            "# a comment",
            "",
            "  write.window=1MiB  # why",
            "write.stall =  2m",
            "node.name = a#b = c");
    Config config =
        Config.load(SCHEMA, Optional.of(file), List.of("write.stall=5s", "write.stall=7s"));
    assertThat(config.get(WINDOW)).isEqualTo(1L << 20);
    assertThat(config.get(STALL)).isEqualTo(Duration.ofSeconds(7));
    assertThat(config.get(NAME)).isEqualTo("a#b = c");
    assertThat(config.describeChanges())
        .containsExactly(
            "node.name = a#b = c  (" + file + ":5)",
            "write.stall = 7s  (--set)",
            "write.window = 1MiB  (" + file + ":3)");
  }

  @Test
  void load_unknownKey_isRefusedWithLineAndSuggestion() throws IOException {
    Path file = file("", "wirte.window = 1MiB", "stall = 2s", "quite.another = 3");
    assertThat(refusal(file))
        .hasMessage(
            String.join(
                "\n",
                file + ":2: unknown key 'wirte.window' (did you mean 'write.window'?)",
                file + ":3: unknown key 'stall' (did you mean 'write.stall'?)",
                file + ":4: unknown key 'quite.another'"));
  }

  @Test
  void load_badValue_isRefusedWithWhatIsAllowed() throws IOException {
    Path file = file("write.stall = soon");
    assertThat(refusal(file))
        .hasMessage(
            file
                + ":1: write.stall: 'soon' (expected: a time such as 500ms, 30s, 15m, 2h or 1d,"
                + " from 1s to 1h)");
  }

  @Test
  void load_duplicate_isRefused() throws IOException {
    Path file = file("write.stall = 2s", "write.stall = 2s");
    assertThat(refusal(file))
        .hasMessage(
            file
                + ":2: key 'write.stall' again (expected: once; it stands at "
                + file
                + ":1 already)");
  }

  @Test
  void load_lineWithoutValue_isRefused() throws IOException {
    Path file = file("write.stall");
    assertThat(refusal(file)).hasMessage(file + ":1: 'write.stall' (expected: key = value)");
  }

  @Test
  void load_badOverride_isRefused() {
    ShoalException refusal =
        catchThrowableOfType(
            ShoalException.class,
            () -> Config.load(SCHEMA, Optional.empty(), List.of("x=1", "write.stall=0")));
    assertThat(refusal.getMessage())
        .startsWith("--set: unknown key 'x'\n--set: write.stall: '0' (expected: ");
  }

  @Test
  void load_goodOverride_doesNotHideABadLine() throws IOException {
    Path file = file("write.stall = soon");
    assertThatThrownBy(() -> Config.load(SCHEMA, Optional.of(file), List.of("write.stall=2s")))
        .hasMessageContaining("'soon'");
  }

  @Test
  void load_requiredKeyMissing_isRefused() {
    ConfigSchema schema = new ConfigSchema("Test", List.of(ConfigSchema.Section.of("Node", DATA)));
    assertThatThrownBy(() -> Config.load(schema, Optional.empty(), List.of()))
        .hasMessage("no value for 'node.data' (expected: a path, in the file or by --set)");
    assertThat(Config.load(schema, Optional.empty(), List.of("node.data=/x")).get(DATA))
        .isEqualTo(Path.of("/x"));
  }

  @Test
  void load_noFile_isNotFound() {
    Path missing = directory.resolve("missing.conf");
    assertThat(refusal(missing))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND))
        .hasToString("NOT_FOUND: " + missing + ": no such file (expected: a configuration file)");
  }

  @Test
  void load_notText_isRefused() throws IOException {
    Path file = directory.resolve("binary.conf");
    Files.write(file, new byte[] {'a', (byte) 0xFF, (byte) 0xFE});
    assertThat(refusal(file)).hasMessage("bytes that are no text (expected: UTF-8)");
    assertThat(refusal(directory)).hasMessageStartingWith("cannot be read");
  }

  @Test
  void build_recordRefusesACombination_isTyped() {
    Config config = Config.load(SCHEMA, Optional.empty(), List.of());
    assertThat(config.<Long>build(values -> values.get(WINDOW))).isEqualTo(8L << 20);
    assertThatThrownBy(
            () ->
                config.build(
                    values -> {
                      throw new IllegalArgumentException("a: 1, b: 2 (expected: a >= b)");
                    }))
        .isInstanceOfSatisfying(
            ShoalException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
        .hasMessage("a: 1, b: 2 (expected: a >= b)");
  }

  @Test
  void get_keyOfAnotherSchema_isADefect() {
    Config config = Config.load(SCHEMA, Optional.empty(), List.of());
    assertThatThrownBy(() -> config.get(DATA)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void template_tellsEveryKeyAndLoadsAsTheDefaults() throws IOException {
    String template =
        new ConfigSchema("Test", List.of(ConfigSchema.Section.of("Node", WINDOW, NAME, DATA)))
            .template();
    assertThat(template)
        .isEqualTo(
            """
            # Test
            # A line is: key = value. What follows a # (at the start of a line or after a blank) is a comment.
            # Every key stands here with its default; remove the # before it to change it.

            # ---- Node ----

            # Bytes on their way.
            # Allowed: a size such as 64KiB, 16MiB or 2GiB, from 64KiB to 64MiB
            #write.window = 8MiB

            # Name.
            # Allowed: a text
            #node.name =

            # Where data lies.
            # Allowed: a path; must be set
            #node.data =
            """);
    Path asIs = Files.writeString(directory.resolve("as-is.conf"), SCHEMA.template());
    assertThat(Config.load(SCHEMA, Optional.of(asIs), List.of()).describeChanges()).isEmpty();
    String uncommented = SCHEMA.template().replaceAll("(?m)^#(?! )", "");
    Path changed = Files.writeString(directory.resolve("changed.conf"), uncommented);
    assertThat(Config.load(SCHEMA, Optional.of(changed), List.of()).describeChanges()).hasSize(3);
  }

  @Test
  void template_longDoc_isWrapped() {
    Key<String> wordy = Key.of("a", ValueTypes.string(), "", "word ".repeat(60).strip());
    String template =
        new ConfigSchema("Test", List.of(ConfigSchema.Section.of("S", wordy))).template();
    assertThat(template.lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
    assertThat(template.lines().filter(line -> line.startsWith("# word"))).hasSize(4);
  }

  @Test
  void declare_mistakes_areFoundAtOnce() {
    assertThatThrownBy(() -> Key.of("a", ValueTypes.bool(), "maybe", "Doc."))
        .hasMessage("default of a: 'maybe' (expected: true or false)");
    assertThatThrownBy(() -> Key.of("A b", ValueTypes.bool(), "true", "Doc."))
        .hasMessageStartingWith("name: 'A b'");
    assertThatThrownBy(() -> Key.of("a", ValueTypes.bool(), "true", " "))
        .hasMessageStartingWith("doc of a");
    assertThatThrownBy(
            () -> new ConfigSchema("T", List.of(ConfigSchema.Section.of("S", WINDOW, WINDOW))))
        .hasMessage("key: write.window twice (expected: once in a schema)");
  }

  private Path file(String... lines) throws IOException {
    return Files.write(directory.resolve("test.conf"), List.of(lines));
  }

  private static ShoalException refusal(Path file) {
    return catchThrowableOfType(
        ShoalException.class, () -> Config.load(SCHEMA, Optional.of(file), List.of()));
  }
}
