package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.Json;
import io.shoal.cli.Names;
import io.shoal.client.ClusterStatus;
import io.shoal.client.NodeStatus;
import io.shoal.client.NodeStatus.Liveness;
import io.shoal.client.NodeStatus.VolumeStatus;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** Tells how full the cluster is. */
@Parameters(commandDescription = "tell how full the cluster is, volume by volume")
final class DfCommand implements Command {
  @Parameter(
      names = {"-h", "--human"},
      description = "show sizes with units")
  private boolean human;

  @Override
  public String name() {
    return "df";
  }

  @Override
  public String arguments() {
    return "";
  }

  @Override
  public String example() {
    return "shoal df -h    # what is used and what is free on each volume";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    List<NodeStatus> nodes = context.await(context.client().nodes());
    ClusterStatus cluster = context.await(context.client().cluster());
    if (context.json()) {
      nodes.forEach(
          node -> node.volumes().forEach(volume -> context.output().line(document(node, volume))));
      return;
    }
    String format = "%-6s %-6s %14s %14s %14s %10s  %s";
    context
        .output()
        .line(
            String.format(
                Locale.ROOT,
                format,
                "NODE",
                "VOLUME",
                "SIZE",
                "USED",
                "AVAILABLE",
                "CHUNKS",
                "DIRECTORY"));
    for (NodeStatus node : nodes) {
      for (VolumeStatus volume : node.volumes()) {
        String state =
            node.liveness() == Liveness.DEAD
                ? "  (node is DEAD)"
                : volume.health().equals("healthy") ? "" : "  (" + volume.health() + ")";
        context
            .output()
            .line(
                String.format(
                    Locale.ROOT,
                    format,
                    node.nodeId(),
                    volume.volumeId(),
                    size(volume.capacityBytes()),
                    size(volume.usedBytes()),
                    size(volume.availableBytes()),
                    volume.chunkCount(),
                    Names.printable(volume.directory()) + state));
      }
    }
    long available = sum(nodes, VolumeStatus::availableBytes);
    context
        .output()
        .line(
            String.format(
                Locale.ROOT,
                "%ncluster: %s used, %s available, enough for about %s of files with %d copies; %d"
                    + " files and directories",
                size(sum(nodes, VolumeStatus::usedBytes)),
                size(available),
                size(available / Math.max(1, cluster.defaults().replication())),
                cluster.defaults().replication(),
                cluster.inodeCount()));
  }

  private static long sum(List<NodeStatus> nodes, ToLongFunction<VolumeStatus> part) {
    return nodes.stream()
        .filter(node -> node.liveness() != Liveness.DEAD)
        .flatMap(node -> node.volumes().stream())
        .mapToLong(part)
        .sum();
  }

  private String size(long bytes) {
    return human ? Names.bytes(bytes) : Long.toString(bytes);
  }

  private static String document(NodeStatus node, VolumeStatus volume) {
    return Json.object(
        json -> {
          json.writeNumberField("node", node.nodeId());
          NodesCommand.writeVolume(json, volume);
        });
  }
}
