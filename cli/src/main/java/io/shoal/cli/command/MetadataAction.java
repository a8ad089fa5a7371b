package io.shoal.cli.command;

import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.cli.Json;
import io.shoal.cli.Names;
import io.shoal.client.MetadataBackup;
import io.shoal.client.MetadataServerAddress;
import io.shoal.client.MetadataServerStatus;
import io.shoal.common.rpc.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells of the metadata servers, as the one that leads knows them, changes who they are and who
 * leads, and copies what they have.
 */
final class MetadataAction {
  /** Followers answer several times in a second. */
  private static final Duration SILENT = Duration.ofSeconds(5);

  private MetadataAction() {}

  /**
   * Does what the words say.
   *
   * @param words behind {@code admin metadata}
   * @param secretFile of {@code --secret-file}, which only a backup needs
   */
  static void run(CommandContext context, List<String> words, @Nullable String secretFile)
      throws InterruptedException {
    String action = words.isEmpty() ? "" : words.get(0);
    if (action.equals("backup") != (secretFile != null)) {
      throw CommandException.usage(
          "metadata "
              + action
              + (secretFile == null ? " needs" : " takes no")
              + " --secret-file (expected: with backup, and only there)");
    }
    switch (action) {
      case "" -> tell(context);
      case "add" -> {
        MetadataServerAddress added = server(argument(words, 2, "SERVER"));
        context.await(context.client().addMetadataServer(added));
        context.note(added.id() + " is one of the metadata servers");
      }
      case "remove" -> {
        String removed = argument(words, 2, "ID");
        context.await(context.client().removeMetadataServer(removed));
        context.note(removed + " is no metadata server any more: it can be switched off");
      }
      case "replace" -> {
        MetadataServerAddress by = server(argument(words, 3, "ID SERVER"));
        context.await(context.client().replaceMetadataServer(words.get(1), by));
        context.note(by.id() + " is one of the metadata servers, in the place of " + words.get(1));
      }
      case "transfer" -> {
        String to = words.size() == 1 ? "" : argument(words, 2, "ID");
        context.await(context.client().transferLeadership(to));
        tell(context);
      }
      case "backup" -> backUp(context, argument(words, 2, "DIRECTORY"), secretFile);
      default ->
          throw CommandException.usage(
              "metadata "
                  + words.get(0)
                  + " (expected: add, remove, replace, transfer, backup, or nothing to be told of them)");
    }
  }

  private static void backUp(CommandContext context, String directory, @Nullable String secretFile)
      throws InterruptedException {
    MetadataBackup made =
        context.await(
            context
                .client()
                .backupMetadata(Path.of(directory), Path.of(Objects.requireNonNull(secretFile))));
    if (context.json()) {
      context
          .output()
          .line(
              Json.object(
                  json -> {
                    json.writeStringField("directory", made.directory().toString());
                    json.writeNumberField("logIndex", made.logIndex());
                    json.writeNumberField("bytes", made.bytes());
                  }));
    } else {
      context.note(
          "the metadata as of entry %d, %s, are in %s"
              .formatted(made.logIndex(), Names.bytes(made.bytes()), made.directory()));
    }
  }

  private static String argument(List<String> words, int count, String expected) {
    if (words.size() != count) {
      throw CommandException.usage(
          "metadata "
              + String.join(" ", words)
              + " (expected: "
              + words.get(0)
              + " "
              + expected
              + ")");
    }
    return words.get(count - 1);
  }

  /**
   * Reads where a metadata server is.
   *
   * @param text {@code ID=HOST:PORT/RAFT-PORT}
   * @throws CommandException if it is not of this form
   */
  static MetadataServerAddress server(String text) {
    int name = text.indexOf('=');
    int raft = text.lastIndexOf('/');
    try {
      HostPort service = HostPort.parse(text.substring(name + 1, raft));
      HostPort others = new HostPort(service.host(), Integer.parseInt(text.substring(raft + 1)));
      if (name > 0 && service.port() > 0 && others.port() > 0) {
        return new MetadataServerAddress(
            text.substring(0, name), service.host(), service.port(), others.port());
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException malformed) {
      throw malformed(text, malformed.getMessage());
    }
    throw malformed(text, "a part is missing");
  }

  private static CommandException malformed(String text, @Nullable String why) {
    return CommandException.usage(
        "metadata server '" + text + "' (expected: ID=HOST:PORT/RAFT-PORT; " + why + ")");
  }

  private static void tell(CommandContext context) throws InterruptedException {
    List<MetadataServerStatus> servers = context.await(context.client().metadataServers());
    long committed =
        servers.stream().mapToLong(MetadataServerStatus::committedIndex).max().orElse(0);
    if (!context.json()) {
      context.output().line("SERVER  ADDRESS                ROLE      HEARD        BEHIND");
    }
    for (MetadataServerStatus server : servers) {
      if (context.json()) {
        context.output().line(json(server));
      } else {
        context.output().line(line(server, committed));
      }
    }
  }

  private static String line(MetadataServerStatus server, long committed) {
    String heard = String.format(Locale.ROOT, "%.1f s ago", server.silent().toMillis() / 1_000.0);
    return String.format(
            Locale.ROOT,
            "%-7s %-22s %-9s %-12s %s",
            server.id(),
            server.address(),
            role(server),
            server.leads() ? "-" : heard,
            server.leads() ? "-" : (committed - server.committedIndex()) + " entries")
        .stripTrailing();
  }

  private static String role(MetadataServerStatus server) {
    if (server.leads()) {
      return "LEADER";
    }
    return server.silent().compareTo(SILENT) > 0 ? "SILENT" : "FOLLOWER";
  }

  private static String json(MetadataServerStatus server) {
    return Json.object(
        json -> {
          json.writeStringField("id", server.id());
          json.writeStringField("address", server.address());
          json.writeStringField("role", role(server));
          json.writeNumberField("committedIndex", server.committedIndex());
          json.writeNumberField("silentMillis", server.silent().toMillis());
        });
  }
}
