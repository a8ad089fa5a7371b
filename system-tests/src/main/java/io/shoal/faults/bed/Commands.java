package io.shoal.faults.bed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs of the operating system. */
public final class Commands {
  private static final int LIMIT_SECONDS = 60;

  private Commands() {}

  /**
   * Runs a command and returns what it prints.
   *
   * @throws IOException if it fails, with what it says
   */
  public static String run(String... words) throws IOException, InterruptedException {
    return runWithInput("", words);
  }

  /** As {@link #run}, with a text as its standard input. */
  public static String runWithInput(String input, String... words)
      throws IOException, InterruptedException {
    Path in = Files.createTempFile("shoal-faults", ".in");
    Path out = Files.createTempFile("shoal-faults", ".out");
    try {
      Files.writeString(in, input);
      Process process =
          new ProcessBuilder(words)
              .redirectInput(in.toFile())
              .redirectOutput(out.toFile())
              .redirectErrorStream(true)
              .start();
      boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
      String said = Files.readString(out, StandardCharsets.UTF_8);
      if (!ended || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException(
            String.join(" ", words) + ": " + (ended ? said.strip() : "hangs; " + said.strip()));
      }
      return said;
    } finally {
      Files.deleteIfExists(in);
      Files.deleteIfExists(out);
    }
  }

  /** Returns a command that runs in a network namespace. */
  static List<String> in(String namespace, String... words) {
    List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    command.addAll(Arrays.asList(words));
    return command;
  }
}
