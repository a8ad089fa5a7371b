package io.shoal.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which cluster a command talks to: {@code --cluster}, else {@code SHOAL_CLUSTER}, else the default
 * directory of {@code scripts/cluster}. Either value is a list {@code HOST:PORT[,HOST:PORT...]} of
 * metadata servers or, if it contains a '/', the directory that {@code scripts/cluster --dir} was
 * given.
 *
 * @param metadataServers where the metadata servers listen
 * @param clusterId which cluster is meant; empty if only its address is known
 * @param origin how it was found, for messages
 */
public record ClusterLocation(List<String> metadataServers, String clusterId, String origin) {
  private static final String SERVERS = "metadata-servers";
  private static final String CLUSTER_ID = "cluster-id";

  /** File that {@code scripts/cluster} writes into its directory. */
  private static final String FILE = "client.conf";

  /**
   * Finds the cluster.
   *
   * @param option value of {@code --cluster}
   * @param environment of the process
   * @throws CommandException if there is none, or what names it is wrong
   */
  static ClusterLocation find(@Nullable String option, Map<String, String> environment) {
    if (option != null) {
      return parse(option, "--cluster");
    }
    String variable = environment.get("SHOAL_CLUSTER");
    if (variable != null && !variable.isBlank()) {
      return parse(variable.strip(), "SHOAL_CLUSTER");
    }
    Path directory = defaultDirectory(environment);
    if (!Files.exists(directory.resolve(FILE))) {
      throw new CommandException(
          ExitCode.UNREACHABLE,
          "there is no cluster in "
              + directory
              + "; start one with scripts/cluster start, or name one with --cluster HOST:PORT or"
              + " --cluster DIR");
    }
    return ofDirectory(directory, "the default directory");
  }

  /** Where {@code scripts/cluster} keeps its cluster when it is not told otherwise. */
  private static Path defaultDirectory(Map<String, String> environment) {
    String home = environment.get("SHOAL_DIR");
    return home != null && !home.isBlank()
        ? Path.of(home)
        : Path.of(environment.getOrDefault("HOME", "/"), ".shoal", "default");
  }

  private static ClusterLocation parse(String value, String origin) {
    if (value.contains("/")) {
      return ofDirectory(Path.of(value), origin);
    }
    return new ClusterLocation(addresses(value, origin), "", origin);
  }

  private static List<String> addresses(String value, String origin) {
    List<String> servers = new ArrayList<>();
    for (String server : value.split(",", -1)) {
      servers.add(checkedAddress(server.strip(), origin));
    }
    return servers;
  }

  private static ClusterLocation ofDirectory(Path directory, String origin) {
    Path file = directory.resolve(FILE);
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.UNREACHABLE,
          origin
              + " names "
              + directory
              + ", but "
              + file
              + " can't be read (expected: a directory of scripts/cluster)");
    }
    String servers = valueOf(SERVERS, lines);
    if (servers.isEmpty()) {
      throw new CommandException(
          ExitCode.UNREACHABLE, file + " has no line '" + SERVERS + " = HOST:PORT'");
    }
    return new ClusterLocation(
        addresses(servers, file.toString()), valueOf(CLUSTER_ID, lines), file.toString());
  }

  private static String valueOf(String key, List<String> lines) {
    for (String line : lines) {
      int equals = line.indexOf('=');
      if (equals > 0 && line.substring(0, equals).strip().equals(key)) {
        return line.substring(equals + 1).strip();
      }
    }
    return "";
  }

  private static String checkedAddress(String address, String origin) {
    int colon = address.lastIndexOf(':');
    if (colon > 0) {
      try {
        int port = Integer.parseInt(address.substring(colon + 1));
        if (port >= 1 && port <= 65_535) {
          return address;
        }
      } catch (NumberFormatException e) {
        // Falls through to the message, which shows what was written.
      }
    }
    throw CommandException.usage(
        String.format(
            Locale.ROOT,
            "%s: '%s' is no address (expected: HOST:PORT, or a directory with a '/')",
            origin,
            address));
  }
}
