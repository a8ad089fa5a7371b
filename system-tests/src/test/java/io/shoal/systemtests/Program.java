package io.shoal.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A program that is run to its end or interrupted. Its output goes to files, so that nothing it
 * starts in the background can keep the test waiting for a pipe.
 */
final class Program implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(110);

  private final List<String> words;
  private final Process process;
  private final Path out;
  private final Path err;

  private Program(List<String> words, Process process, Path out, Path err) {
    this.words = words;
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** What a program left behind. */
  record Result(int exitCode, String out, String err) {
    @Override
    public String toString() {
      return "exit code " + exitCode + "\n--- stdout\n" + out + "\n--- stderr\n" + err;
    }
  }

  static Program start(Map<String, String> environment, Optional<Path> input, List<String> words)
      throws IOException {
    Path out = Files.createTempFile("shoal-test", ".out");
    Path err = Files.createTempFile("shoal-test", ".err");
    // Where the build runs in the background of a shell, ctrl-C is ignored, by its children as
    // well.
    List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
    command.addAll(words);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(input.orElse(Path.of("/dev/null")).toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(environment);
    return new Program(words, builder.start(), out, err);
  }

  static Result run(Map<String, String> environment, Optional<Path> input, List<String> words)
      throws IOException, InterruptedException {
    try (Program program = start(environment, input, words)) {
      return program.await();
    }
  }

  Result await() throws IOException, InterruptedException {
    if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError(
          words + " did not end within " + TIMEOUT + "\n" + Files.readString(err));
    }
    return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  boolean running() {
    return process.isAlive();
  }

  /** Sends SIGINT, as ctrl-C does. */
  void interrupt() throws IOException, InterruptedException {
    long pid = process.pid();
    // The launcher replaced itself by the JVM, or waits for it: its child gets the signal as a
    // terminal would send it.
    for (ProcessHandle child : process.descendants().toList()) {
      signal(child.pid());
    }
    signal(pid);
  }

  private static void signal(long pid) throws IOException, InterruptedException {
    new ProcessBuilder("bash", "-c", "kill -INT " + pid).inheritIO().start().waitFor();
  }

  @Override
  public void close() throws IOException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    Files.deleteIfExists(out);
    Files.deleteIfExists(err);
  }
}
