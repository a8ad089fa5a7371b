package io.shoal.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.client.ClientConfig;
import io.shoal.client.ShoalClient;
import io.shoal.systemtests.Program.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A cluster of real processes in a directory of its own, driven by the scripts of the distribution.
 */
final class SystemCluster implements AutoCloseable {
  static final Path DISTRIBUTION =
      Path.of(
          Objects.requireNonNull(System.getProperty("shoal.distribution"), "shoal.distribution"));

  private final Path directory;

  private SystemCluster(Path directory) {
    this.directory = directory;
  }

  /** Names a cluster without starting it. */
  static SystemCluster in(Path directory) {
    return new SystemCluster(directory);
  }

  /** Starts a cluster; options are those of {@code cluster start}. */
  static SystemCluster start(Path directory, String... options)
      throws IOException, InterruptedException {
    SystemCluster cluster = new SystemCluster(directory);
    List<String> words = new ArrayList<>(List.of("start"));
    words.addAll(Arrays.asList(options));
    Result result = cluster.cluster(words.toArray(String[]::new));
    assertThat(result.exitCode()).as(result.toString()).isZero();
    return cluster;
  }

  Path directory() {
    return directory;
  }

  /** Runs the cluster script on this cluster. */
  Result cluster(String... words) throws IOException, InterruptedException {
    try (Program program = startCluster(words)) {
      return program.await();
    }
  }

  /** Runs the cluster script on this cluster and does not wait for it. */
  Program startCluster(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(DISTRIBUTION.resolve("bin/cluster").toString()));
    command.addAll(Arrays.asList(words));
    command.addAll(List.of("--dir", directory.toString()));
    return Program.start(environment(), Optional.empty(), command);
  }

  /** Runs the command line on this cluster. */
  Result shoal(String... words) throws IOException, InterruptedException {
    return Program.run(environment(), Optional.empty(), command(words));
  }

  /** Runs lines of bash, in which {@code "$SHOAL"} is the command line on this cluster. */
  Result bash(String lines, String... arguments) throws IOException, InterruptedException {
    Map<String, String> environment = new HashMap<>(environment());
    environment.put("SHOAL", command().get(0));
    List<String> command = new ArrayList<>(List.of("bash", "-c", lines, "bash"));
    command.addAll(Arrays.asList(arguments));
    return Program.run(environment, Optional.empty(), command);
  }

  /** Runs the command line with a file as its standard input. */
  Result shoalReading(Path input, String... words) throws IOException, InterruptedException {
    return Program.run(environment(), Optional.of(input), command(words));
  }

  /** Starts the command line and does not wait for it. */
  Program startShoal(String... words) throws IOException {
    return Program.start(environment(), Optional.empty(), command(words));
  }

  /** Starts the command line with a file as its standard input and does not wait for it. */
  Program startShoalReading(Path input, String... words) throws IOException {
    return Program.start(environment(), Optional.of(input), command(words));
  }

  /** Runs the command line and expects success. */
  String ok(String... words) throws IOException, InterruptedException {
    Result result = shoal(words);
    assertThat(result.exitCode()).as(Arrays.toString(words) + ": " + result).isZero();
    return result.out();
  }

  /** Runs a server's jar in the foreground with the settings of a member, on ports of its own. */
  Result server(String artifact, String member, String... more)
      throws IOException, InterruptedException {
    Path jar;
    try (Stream<Path> jars = Files.list(DISTRIBUTION.resolve("lib"))) {
      jar =
          jars.filter(path -> path.getFileName().toString().startsWith(artifact))
              .findFirst()
              .orElseThrow();
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-jar",
                jar.toString(),
                "--conf",
                directory.resolve("conf").resolve(member + ".conf").toString(),
                "--set",
                "port=0"));
    command.addAll(Arrays.asList(more));
    return Program.run(environment(), Optional.empty(), command);
  }

  private static List<String> command(String... words) {
    List<String> command = new ArrayList<>(List.of(DISTRIBUTION.resolve("bin/shoal").toString()));
    command.addAll(Arrays.asList(words));
    return command;
  }

  private Map<String, String> environment() {
    return Map.of(
        "SHOAL_CLUSTER",
        directory.toString(),
        "XDG_CACHE_HOME",
        Path.of("target", "cache").toAbsolutePath().toString(),
        "JAVA_HOME",
        System.getProperty("java.home"));
  }

  /** Returns a client of this cluster that reads from the nodes, as one on another machine does. */
  ShoalClient client() throws IOException {
    return ShoalClient.create(clientConfig().withLocalReads(false));
  }

  /** Returns a client of this cluster that reads the nodes' files where it can. */
  ShoalClient localClient() throws IOException {
    return ShoalClient.create(clientConfig());
  }

  private ClientConfig clientConfig() throws IOException {
    return ClientConfig.forCluster(metadataServer()).withClientName("system-test");
  }

  String metadataServer() throws IOException {
    return Files.readAllLines(directory.resolve("client.conf")).stream()
        .filter(line -> line.startsWith("metadata-servers"))
        .map(line -> line.substring(line.indexOf('=') + 1).strip())
        .findFirst()
        .orElseThrow();
  }

  /** Returns the process of a member. */
  ProcessHandle process(String name) throws IOException {
    String pid = Files.readString(directory.resolve("run").resolve(name + ".pid")).strip();
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }

  /** Ends a process as a power cut would, and waits until it is gone. */
  void kill(String name) throws Exception {
    ProcessHandle process = process(name);
    process.destroyForcibly();
    process.onExit().get(10, TimeUnit.SECONDS);
  }

  /** Names of all members, in the order of the file. */
  List<String> members() throws IOException {
    return Files.readAllLines(directory.resolve("members")).stream()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.substring(0, line.indexOf(' ')))
        .toList();
  }

  @Override
  public void close() throws IOException {
    if (!Files.exists(directory.resolve("members"))) {
      return;
    }
    try {
      cluster("stop");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted before the cluster had stopped", e);
    }
  }
}
