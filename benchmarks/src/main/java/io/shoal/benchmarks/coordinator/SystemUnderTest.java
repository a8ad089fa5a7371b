package io.shoal.benchmarks.coordinator;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;

/**
 * A system that runs, as the script describes it.
 *
 * @param name short, as in the table
 * @param about what it is and how it is set up, in a line
 * @param adapter that its worker uses
 * @param address that the adapter needs
 * @param classPath of its worker
 * @param serverPids process ids of its servers
 * @param workloads that make sense for it
 * @param commandLine command that lists the root, by the same JVM options as others; may be empty
 * @param launcher command that does so in the system's own way; may be empty
 */
record SystemUnderTest(
    String name,
    String about,
    String adapter,
    String address,
    String classPath,
    List<String> serverPids,
    List<String> workloads,
    List<String> commandLine,
    List<String> launcher) {

  /**
   * Reads a description.
   *
   * @throws IllegalArgumentException if something is missing
   */
  static SystemUnderTest of(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    }
    return new SystemUnderTest(
        required(properties, "name", file),
        required(properties, "about", file),
        required(properties, "adapter", file),
        required(properties, "address", file),
        required(properties, "class-path", file),
        words(properties, "pids"),
        words(properties, "workloads"),
        words(properties, "command-line"),
        words(properties, "launcher"));
  }

  private static String required(Properties properties, String key, Path file) {
    String value = properties.getProperty(key);
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(file + ": " + key + " is missing");
    }
    return value.strip();
  }

  private static List<String> words(Properties properties, String key) {
    return Arrays.stream(properties.getProperty(key, "").split("\\s+", -1))
        .filter(word -> !word.isEmpty())
        .toList();
  }
}
