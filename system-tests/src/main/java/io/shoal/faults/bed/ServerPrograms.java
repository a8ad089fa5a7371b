package io.shoal.faults.bed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The servers of a distribution as processes: their settings, command lines and logs. */
final class ServerPrograms {
  private final Path directory;
  private final Path distribution;
  private final Network network;

  /**
   * Makes it.
   *
   * @param directory with {@code secret}, {@code conf}, {@code logs} and {@code run}
   * @param network whose namespaces servers run in
   */
  ServerPrograms(Path directory, Path distribution, Network network) {
    this.directory = directory;
    this.distribution = distribution;
    this.network = network;
  }

  /**
   * Writes the settings of a server down and says how it is started; nothing runs yet.
   *
   * @param program of the distribution: {@code metadata-server} or {@code storage-node}
   * @param data its data directories
   * @param environment of it alone
   */
  Server server(
      String name,
      int host,
      String program,
      Map<String, String> conf,
      List<Path> data,
      Map<String, String> environment)
      throws IOException {
    conf.put("secret-file", directory.resolve("secret").toString());
    Path file = directory.resolve("conf").resolve(name + ".conf");
    StringBuilder lines = new StringBuilder();
    conf.forEach((key, value) -> lines.append(key).append(" = ").append(value).append('\n'));
    Files.writeString(file, lines);
    Path unpacked = Files.createDirectories(directory.resolve("run").resolve(name));
    // Not in the environment of "ip", which would be made to fail as well.
    List<String> words = new ArrayList<>(List.of("env"));
    environment.forEach((key, value) -> words.add(key + "=" + value));
    words.add(Programs.javaCommand());
    words.addAll(jvmOptions(program));
    words.add("-Dshoal.log=" + logOf(name));
    words.add("-Dlogback.configurationFile=" + distribution.resolve("conf").resolve("logback.xml"));
    words.addAll(List.of("-jar", jar(program).toString(), "--conf", file.toString()));
    return new Server(
        name,
        host,
        Commands.in(network.namespace(host), words.toArray(String[]::new)),
        Map.of("MALLOC_ARENA_MAX", "2", "ROCKSDB_SHAREDLIB_DIR", unpacked.toString()),
        data,
        directory.resolve("logs").resolve(name + ".out"));
  }

  /** Makes the data directory of a metadata server that is one of several. */
  void format(Server server) throws IOException, InterruptedException {
    Path file = directory.resolve("conf").resolve(server.name() + ".conf");
    Process format =
        new ProcessBuilder(
                Programs.javaCommand(),
                "-Dshoal.log=" + logOf(server.name()),
                "-Dlogback.configurationFile="
                    + distribution.resolve("conf").resolve("logback.xml"),
                "-jar",
                jar("metadata-server").toString(),
                "--format",
                "--conf",
                file.toString())
            .inheritIO()
            .start();
    if (format.waitFor() != 0) {
      throw new IOException(server + " could not be formatted");
    }
  }

  /** Returns the log of a server. */
  Path logOf(String name) {
    return directory.resolve("logs").resolve(name + ".log");
  }

  private List<String> jvmOptions(String program) throws IOException {
    List<String> options = new ArrayList<>(List.of("-Dio.netty.tryReflectionSetAccessible=false"));
    if (Runtime.version().feature() >= 22) {
      options.add("--enable-native-access=ALL-UNNAMED");
    }
    for (String line : Files.readAllLines(distribution.resolve("conf").resolve(program + ".jvm"))) {
      String text = line.replaceFirst("#.*", "").strip();
      if (!text.isEmpty()) {
        options.addAll(List.of(text.split(" +")));
      }
    }
    return options;
  }

  private Path jar(String program) throws IOException {
    try (Stream<Path> jars = Files.list(distribution.resolve("lib"))) {
      return jars.filter(path -> path.getFileName().toString().startsWith("shoal-" + program))
          .findFirst()
          .orElseThrow(() -> new IOException(distribution + " has no " + program));
    }
  }
}
