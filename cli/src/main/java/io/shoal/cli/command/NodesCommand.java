package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.fasterxml.jackson.core.JsonGenerator;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.Json;
import io.shoal.cli.Names;
import io.shoal.client.NodeStatus;
import io.shoal.client.NodeStatus.Liveness;
import io.shoal.client.NodeStatus.Scrub;
import io.shoal.client.NodeStatus.Upkeep;
import io.shoal.client.NodeStatus.VolumeStatus;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** Lists the storage nodes. */
@Parameters(commandDescription = "list the storage nodes and how they are")
final class NodesCommand implements Command {
  private static final String FORMAT = "%-5s %-22s %-15s %-10s %10s %12s %12s  %s";
  private static final String[] HEAD = {
    "NODE", "ADDRESS", "STATE", "HEARD", "REPLICAS", "USED", "AVAILABLE", "DOMAIN"
  };

  private static final String UPKEEP_FORMAT = "%-5s %-22s %8s %10s %8s %5s  %8s %7s  %-16s %7s";
  private static final String[] UPKEEP_HEAD = {
    "NODE",
    "ADDRESS",
    "TRASH",
    "BYTES",
    "UNKNOWN",
    "BRAKE",
    "SCRUBBED",
    "DAMAGED",
    "LAST PASS",
    "DAMAGED"
  };

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneId.systemDefault());

  @Parameter(
      names = {"-l", "--long"},
      description =
          "show what each node does about its own chunks: those in the trash and those that are"
              + " unknown, whether it has stopped deleting, and how far it has read all of them in"
              + " this pass and in the last one")
  private boolean detailed;

  @Override
  public String name() {
    return "nodes";
  }

  @Override
  public String arguments() {
    return "";
  }

  @Override
  public String example() {
    return "shoal nodes --json    # one document for each node";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    List<NodeStatus> nodes = context.await(context.client().nodes());
    if (context.json()) {
      for (NodeStatus node : nodes) {
        context.output().line(Json.object(json -> write(json, node)));
      }
    } else if (detailed) {
      row(context, UPKEEP_FORMAT, (Object[]) UPKEEP_HEAD);
      nodes.forEach(node -> row(context, UPKEEP_FORMAT, upkeep(node)));
    } else {
      row(context, FORMAT, (Object[]) HEAD);
      nodes.forEach(node -> row(context, FORMAT, summary(node)));
    }
    long alive = nodes.stream().filter(node -> node.liveness() == Liveness.ALIVE).count();
    if (2 * alive < nodes.size()) {
      // Costs the metadata server a count of chunks: asked only when it may be so.
      FsckCommand.warnOfSafeMode(context, context.await(context.client().health()));
    }
    for (NodeStatus node : nodes) {
      if (node.upkeep().brakeOn()) {
        context.warn(whyNothingIsDeleted(node));
      }
    }
  }

  private static String whyNothingIsDeleted(NodeStatus node) {
    long unknown = node.upkeep().unknownChunks();
    String why =
        unknown > 0
            ? unknown
                + " of its chunks are not known to the metadata server, which may have forgotten"
                + " files; if they are of no use: "
            : "the metadata were restored, or go back behind what it has seen; if no file is missed: ";
    return "node "
        + node.nodeId()
        + " deletes nothing: "
        + why
        + "shoal admin confirm-deletions "
        + node.nodeId();
  }

  private static void row(CommandContext context, String format, Object... cells) {
    context.output().line(String.format(Locale.ROOT, format, cells));
  }

  private static Object[] summary(NodeStatus node) {
    return new Object[] {
      node.nodeId(),
      node.address(),
      state(node),
      node.silentFor().map(silent -> seconds(silent) + " ago").orElse("never"),
      node.replicaCount(),
      Names.bytes(node.volumes().stream().mapToLong(VolumeStatus::usedBytes).sum()),
      Names.bytes(node.volumes().stream().mapToLong(VolumeStatus::availableBytes).sum()),
      (node.failureDomain().isEmpty() ? "/" : Names.printable(node.failureDomain()))
          + node.maintenance().map(NodesCommand::time).orElse("")
    };
  }

  private static Object[] upkeep(NodeStatus node) {
    Upkeep upkeep = node.upkeep();
    Scrub scrub = upkeep.scrub();
    return new Object[] {
      node.nodeId(),
      node.address(),
      upkeep.trashChunks(),
      Names.bytes(upkeep.trashBytes()),
      upkeep.unknownChunks(),
      upkeep.brakeOn() ? "ON" : "off",
      String.format(Locale.ROOT, "%d %%", (int) (100 * scrub.share())),
      scrub.passDamaged(),
      scrub.lastEnded().map(TIME::format).orElse("never"),
      scrub.lastEnded().isEmpty() ? "-" : Long.toString(scrub.lastDamaged())
    };
  }

  /** What an operator decided counts more than whether a node is there, unless it is gone. */
  private static String state(NodeStatus node) {
    return node.state() == NodeStatus.State.ACTIVE || node.liveness() == NodeStatus.Liveness.DEAD
        ? node.liveness().name()
        : node.state().name();
  }

  private static String time(NodeStatus.Maintenance maintenance) {
    return "  ("
        + (maintenance.ready() ? "may be switched off, " : "not ready to be switched off, ")
        + Names.duration(maintenance.left())
        + " left)";
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
  }

  private static void write(JsonGenerator json, NodeStatus node) throws IOException {
    json.writeNumberField("node", node.nodeId());
    json.writeStringField("address", node.address());
    json.writeStringField("state", node.liveness().name());
    json.writeStringField("adminState", node.state().name());
    if (node.maintenance().isPresent()) {
      NodeStatus.Maintenance maintenance = node.maintenance().get();
      json.writeObjectFieldStart("maintenance");
      json.writeNumberField("leftMillis", maintenance.left().toMillis());
      json.writeBooleanField("ready", maintenance.ready());
      json.writeNumberField("unprotectedChunks", maintenance.unprotectedChunks());
      json.writeNumberField("failingChunks", maintenance.failingChunks());
      json.writeEndObject();
    }
    json.writeStringField("domain", node.failureDomain());
    json.writeStringField("version", node.version());
    if (node.silentFor().isPresent()) {
      json.writeNumberField("silentMillis", node.silentFor().get().toMillis());
    }
    json.writeNumberField("pendingWriteBytes", node.pendingWriteBytes());
    json.writeNumberField("replicas", node.replicaCount());
    writeUpkeep(json, node.upkeep());
    json.writeArrayFieldStart("volumes");
    for (VolumeStatus volume : node.volumes()) {
      json.writeStartObject();
      writeVolume(json, volume);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeUpkeep(JsonGenerator json, Upkeep upkeep) throws IOException {
    json.writeNumberField("trashChunks", upkeep.trashChunks());
    json.writeNumberField("trashBytes", upkeep.trashBytes());
    json.writeNumberField("unknownChunks", upkeep.unknownChunks());
    json.writeBooleanField("brakeOn", upkeep.brakeOn());
    if (upkeep.brakeOn()) {
      json.writeNumberField("brakeSinceMillis", upkeep.brakeSinceMillis());
    }
    Scrub scrub = upkeep.scrub();
    json.writeObjectFieldStart("scrub");
    json.writeNumberField("passBytes", scrub.passBytes());
    json.writeNumberField("passOfBytes", scrub.passOfBytes());
    json.writeNumberField("passDamaged", scrub.passDamaged());
    if (scrub.lastEnded().isPresent()) {
      json.writeStringField("lastEnded", scrub.lastEnded().get().toString());
      json.writeNumberField("lastDamaged", scrub.lastDamaged());
    }
    json.writeEndObject();
  }

  static void writeVolume(JsonGenerator json, VolumeStatus volume) throws IOException {
    json.writeNumberField("volume", volume.volumeId());
    json.writeStringField("directory", volume.directory());
    json.writeStringField("health", volume.health());
    if (!volume.fenceReason().isEmpty()) {
      json.writeStringField("fenceReason", volume.fenceReason());
    }
    json.writeNumberField("capacity", volume.capacityBytes());
    json.writeNumberField("available", volume.availableBytes());
    json.writeNumberField("used", volume.usedBytes());
    json.writeNumberField("chunks", volume.chunkCount());
  }
}
