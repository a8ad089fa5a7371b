package io.shoal.cli.command;

import io.shoal.cli.CommandContext;
import io.shoal.cli.Json;
import io.shoal.client.MetadataServerStatus;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Tells of the metadata servers, as the one that leads knows them. */
final class MetadataAction {
  /** Followers answer several times in a second. */
  private static final Duration SILENT = Duration.ofSeconds(5);

  private MetadataAction() {}

  static void run(CommandContext context) throws InterruptedException {
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
