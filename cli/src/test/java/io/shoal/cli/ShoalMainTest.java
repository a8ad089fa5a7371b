package io.shoal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.cli.command.Commands;
import io.shoal.common.error.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The command line without a cluster: help, usage errors, exit codes. */
class ShoalMainTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private ExitCode run(String... words) {
    PrintStream messages = new PrintStream(err, true, StandardCharsets.UTF_8);
    return new ShoalMain(Map.of("HOME", "/nonexistent"), out, messages, false).run(List.of(words));
  }

  @Test
  void everyCommand_explainsItselfWithAnExample() {
    for (Command command : Commands.all()) {
      out.reset();
      assertThat(run(command.name(), "--help")).isEqualTo(ExitCode.OK);
      assertThat(out.toString(StandardCharsets.UTF_8))
          .contains("Usage: shoal " + command.name())
          .contains("--cluster")
          .containsPattern("Example:\n  \\S+.*" + command.name());
    }
  }

  @Test
  void noCommand_printsTheOverviewAndIsAUsageError() {
    assertThat(run()).isEqualTo(ExitCode.USAGE);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("Commands:").contains("Exit codes:");
    assertThat(run("--help")).isEqualTo(ExitCode.OK);
    assertThat(run("-h")).isEqualTo(ExitCode.OK);
  }

  @Test
  void wordWhereANumberBelongs_isToldInOurWords() {
    assertThat(run("head", "-n", "x", "/a")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("head: -n x (expected: a whole number)");
  }

  @Test
  void unknownCommand_isAUsageError() {
    assertThat(run("frobnicate")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("'frobnicate' is no command");
  }

  @Test
  void missingArguments_areUsageErrors() {
    for (String command :
        List.of("put", "get", "cat", "rm", "mkdir", "mv", "cp", "stat", "head", "tail")) {
      assertThat(run(command)).as(command).isEqualTo(ExitCode.USAGE);
    }
  }

  @Test
  void argumentsWhereNoneAreTaken_areUsageErrors() {
    assertThat(run("nodes", "x")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("takes no arguments");
  }

  @Test
  void missingLocalSource_isALocalErrorBeforeAnyClusterIsAsked() {
    assertThat(run("put", "/nonexistent/file", "/b")).isEqualTo(ExitCode.LOCAL);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("/nonexistent/file: no such local file");
  }

  @Test
  void noCluster_isUnreachable_inTextAndJson() {
    assertThat(run("ls")).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("shoal ls: there is no cluster");
    err.reset();
    assertThat(run("ls", "--json")).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("{\"error\":")
        .contains("\"exitCode\":5");
  }

  @Test
  void completion_namesEveryCommandAndItsOptions() {
    assertThat(run("completion")).isEqualTo(ExitCode.OK);
    String script = out.toString(StandardCharsets.UTF_8);
    for (Command command : Commands.all()) {
      assertThat(script).contains(command.name() + ") words=\"");
    }
    assertThat(script).contains("--recursive");
  }

  @Test
  void everyErrorCode_hasAnExitCodeThatIsNotSuccess() {
    assertThat(Arrays.stream(ErrorCode.values()).map(ExitCode::of)).doesNotContain(ExitCode.OK);
  }

  @Test
  void exitCodes_areDistinct() {
    assertThat(Arrays.stream(ExitCode.values()).map(ExitCode::number)).doesNotHaveDuplicates();
  }
}
