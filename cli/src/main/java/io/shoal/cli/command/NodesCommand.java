package io.shoal.cli.command;

import com.beust.jcommander.Parameters;
import com.fasterxml.jackson.core.JsonGenerator;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.Json;
import io.shoal.cli.Names;
import io.shoal.client.NodeStatus;
import io.shoal.client.NodeStatus.VolumeStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;

/** Lists the storage nodes. */
@Parameters(commandDescription = "list the storage nodes and how they are")
final class NodesCommand implements Command {
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
    String format = "%-5s %-22s %-15s %-10s %10s %12s %12s  %s";
    if (!context.json()) {
      context
          .output()
          .line(
              String.format(
                  Locale.ROOT,
                  format,
                  "NODE",
                  "ADDRESS",
                  "STATE",
                  "HEARD",
                  "REPLICAS",
                  "USED",
                  "AVAILABLE",
                  "DOMAIN"));
    }
    for (NodeStatus node : context.await(context.client().nodes())) {
      if (context.json()) {
        context.output().line(Json.object(json -> write(json, node)));
        continue;
      }
      context
          .output()
          .line(
              String.format(
                  Locale.ROOT,
                  format,
                  node.nodeId(),
                  node.address(),
                  state(node),
                  node.silentFor().map(silent -> seconds(silent) + " ago").orElse("never"),
                  node.replicaCount(),
                  Names.bytes(node.volumes().stream().mapToLong(VolumeStatus::usedBytes).sum()),
                  Names.bytes(
                      node.volumes().stream().mapToLong(VolumeStatus::availableBytes).sum()),
                  node.failureDomain().isEmpty() ? "/" : Names.printable(node.failureDomain())));
    }
  }

  /** What an operator decided counts more than whether a node is there, unless it is gone. */
  private static String state(NodeStatus node) {
    return node.state() == NodeStatus.State.ACTIVE || node.liveness() == NodeStatus.Liveness.DEAD
        ? node.liveness().name()
        : node.state().name();
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
  }

  private static void write(JsonGenerator json, NodeStatus node) throws IOException {
    json.writeNumberField("node", node.nodeId());
    json.writeStringField("address", node.address());
    json.writeStringField("state", node.liveness().name());
    json.writeStringField("adminState", node.state().name());
    json.writeStringField("domain", node.failureDomain());
    json.writeStringField("version", node.version());
    if (node.silentFor().isPresent()) {
      json.writeNumberField("silentMillis", node.silentFor().get().toMillis());
    }
    json.writeNumberField("pendingWriteBytes", node.pendingWriteBytes());
    json.writeNumberField("replicas", node.replicaCount());
    json.writeArrayFieldStart("volumes");
    for (VolumeStatus volume : node.volumes()) {
      json.writeStartObject();
      writeVolume(json, volume);
      json.writeEndObject();
    }
    json.writeEndArray();
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
