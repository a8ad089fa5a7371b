package io.shoal.common.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.config.Config;
import io.shoal.common.config.ConfigSchema;
import io.shoal.common.config.ConfigSchema.Section;
import io.shoal.common.config.Key;
import io.shoal.common.config.ValueTypes;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServerProgramTest {
  private static final Key<Integer> PORT =
      Key.of("port", ValueTypes.integer(1, 9), "5", "The port.");
  private static final ConfigSchema SCHEMA =
      new ConfigSchema("Configuration of a test.", List.of(Section.of("all", PORT)));

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(Function<Config, RunningServer> starter, String... args) {
    return new ServerProgram<>(
            "test-server",
            "1.2",
            SCHEMA,
            Function.identity(),
            (config, reread) -> starter.apply(config))
        .run(args, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
  }

  private int run(String... args) {
    return run(
        config -> {
          throw new AssertionError("started");
        },
        args);
  }

  @Test
  void version_isPrinted() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString(UTF_8)).isEqualTo("test-server 1.2\n");
  }

  @Test
  void help_namesOptionsAndExitCodes() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString(UTF_8)).contains("--conf FILE", "--set KEY=VALUE", "Exit codes");
  }

  @Test
  void template_isPrinted() {
    assertThat(run("--print-config")).isZero();
    assertThat(out.toString(UTF_8)).isEqualTo(SCHEMA.template());
  }

  @Test
  void check_tellsWhatIsWrongAndStartsNothing() {
    assertThat(run("--check", "--set", "port=7")).isZero();
    assertThat(run("--check", "--set", "port=99")).isEqualTo(ServerProgram.EXIT_USAGE);
    assertThat(err.toString(UTF_8)).contains("port", "99");
  }

  @Test
  void unknownArgument_isUsage() {
    assertThat(run("--port", "5")).isEqualTo(ServerProgram.EXIT_USAGE);
    assertThat(err.toString(UTF_8)).startsWith("test-server: unknown argument '--port'");
  }

  @Test
  void optionWithoutValue_isUsage() {
    assertThat(run("--conf")).isEqualTo(ServerProgram.EXIT_USAGE);
    assertThat(err.toString(UTF_8)).contains("--conf stands at the end");
  }

  @Test
  void wrongConfiguration_isUsage_withALineForEachProblem(@TempDir Path directory)
      throws IOException {
    Path file = Files.writeString(directory.resolve("x.conf"), "prot = 1\nport = 99\n");

    assertThat(run("--conf", file.toString())).isEqualTo(ServerProgram.EXIT_USAGE);
    assertThat(err.toString(UTF_8).lines())
        .hasSize(2)
        .allMatch(line -> line.startsWith("test-server: " + file));
  }

  @Test
  void setting_overridesFile(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("x.conf"), "port = 1\n");
    int[] port = new int[1];

    run(
        config -> {
          port[0] = config.get(PORT);
          throw new ShoalException(ErrorCode.UNAVAILABLE, "", "enough");
        },
        "--conf",
        file.toString(),
        "--set",
        "port=7");

    assertThat(port[0]).isEqualTo(7);
  }

  @Test
  void startRefused_isFailure() {
    int exitCode =
        run(
            config -> {
              throw new ShoalException(
                  ErrorCode.INVALID_ARGUMENT, "127.0.0.1:5", "port 5 is in use");
            });

    assertThat(exitCode).isEqualTo(ServerProgram.EXIT_FAILED);
    assertThat(err.toString(UTF_8))
        .isEqualTo("test-server: INVALID_ARGUMENT: 127.0.0.1:5: port 5 is in use\n");
  }

  @Test
  void valuesThatDoNotGoTogether_areUsage() {
    int exitCode =
        run(
            config ->
                config.build(
                    values -> {
                      throw new IllegalArgumentException("a: 2 (expected: <= b, 1)");
                    }));

    assertThat(exitCode).isEqualTo(ServerProgram.EXIT_USAGE);
    assertThat(err.toString(UTF_8)).isEqualTo("test-server: a: 2 (expected: <= b, 1)\n");
  }

  @Test
  void defectAtStart_isDefect() {
    int exitCode =
        run(
            config -> {
              throw new IllegalStateException("impossible");
            });

    assertThat(exitCode).isEqualTo(ServerProgram.EXIT_DEFECT);
  }

  @Test
  void neverServing_isFailure() {
    RunningServer refused =
        new RunningServer() {
          @Override
          public CompletableFuture<Void> serving() {
            return CompletableFuture.failedFuture(
                new ShoalException(ErrorCode.UNAUTHENTICATED, "", "not of this cluster"));
          }

          @Override
          public long nativeMemoryBytes() {
            return 0;
          }

          @Override
          public void close() {}
        };

    assertThat(run(config -> refused)).isEqualTo(ServerProgram.EXIT_FAILED);
    assertThat(err.toString(UTF_8)).contains("not of this cluster");
  }
}
