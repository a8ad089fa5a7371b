package io.shoal.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import io.shoal.cli.Command;
import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.client.NodeStatus;
import io.shoal.client.NodeStatus.Liveness;
import io.shoal.client.NodeStatus.State;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an operator decides about storage nodes. */
@Parameters(
    commandDescription =
        "empty storage nodes, take them back, prepare to switch them off, fill them evenly, let"
            + " them delete again, have them use other disks; tell of the metadata servers, change"
            + " who they are and who leads, and back up what they have")
final class AdminCommand implements Command {
  private static final String EXPECTED =
      "decommission, recommission, maintenance, rebalance, confirm-deletions, reload or metadata,"
          + " which --help explains";

  @Parameter(description = "ACTION [NODE...]")
  private List<String> arguments = new ArrayList<>();

  @Parameter(
      names = "--for",
      description = "maintenance: how long the node may be away, 1s to 1d (default: 30m)")
  private @Nullable String length;

  @Parameter(
      names = "--threshold",
      description =
          "rebalance: percentage points by which nodes may differ from the mean (default: 10)")
  private @Nullable Double threshold;

  @Parameter(names = "--wait", description = "rebalance: return when it has ended")
  private boolean wait;

  @Parameter(names = "--status", description = "rebalance: only tell how far it is")
  private boolean status;

  @Parameter(names = "--stop", description = "rebalance: begin no more moves")
  private boolean stop;

  @Parameter(
      names = "--secret-file",
      description = "metadata backup: the file with the cluster's secret")
  private @Nullable String secretFile;

  @Override
  public String name() {
    return "admin";
  }

  @Override
  public String arguments() {
    return "decommission|recommission|maintenance|confirm-deletions|reload NODE... | rebalance |"
        + " metadata [add SERVER | remove ID | replace ID SERVER | transfer [ID] | backup DIRECTORY]";
  }

  @Override
  public String example() {
    return """
        shoal admin decommission 3             # empty it for good; watch it with: shoal nodes
          shoal admin maintenance 3 --for 15m    # returns when node 3 may be switched off
          shoal admin recommission 3             # let it take part again
          shoal admin rebalance --wait           # move copies from full nodes to emptier ones
          shoal admin confirm-deletions 3        # let it delete what shoal nodes says of it
          shoal admin reload 3                   # use the data directories that its configuration names now
          shoal admin metadata                   # which metadata server leads, and how far the others are behind
          shoal admin metadata transfer m2       # let m2 lead, before the one that leads is switched off
          shoal admin metadata replace m3 m4=10.0.0.9:7400/7401    # m3 is lost; m4 runs, made by --join
          shoal admin metadata backup /backup/today --secret-file SECRET   # copy all metadata, as of now""";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    if (arguments.isEmpty()) {
      throw CommandException.usage("admin needs an action (expected: " + EXPECTED + ")");
    }
    String action = arguments.get(0);
    List<String> nodes = arguments.subList(1, arguments.size());
    switch (action) {
      case "decommission" -> {
        setState(context, nodes, State.DECOMMISSIONING);
        warnIfFew(context);
      }
      case "recommission" -> setState(context, nodes, State.ACTIVE);
      case "confirm-deletions" -> {
        requireNodesOnly(nodes);
        for (NodeStatus node : find(context, nodes)) {
          ConfirmDeletionsAction.run(context, node);
        }
      }
      case "metadata" -> {
        requireNoNodeOptions();
        MetadataAction.run(context, nodes, secretFile);
      }
      case "reload" -> {
        requireNodesOnly(nodes);
        for (NodeStatus node : find(context, nodes)) {
          try {
            ReloadAction.run(context, node);
          } catch (ShoalException refused) {
            // Of the others something may be there to be changed all the same.
            context.fail(refused);
          }
        }
      }
      case "maintenance" -> {
        requireNodes(nodes);
        requireNone(action, "--threshold", threshold != null);
        requireNoRebalanceFlags(action);
        requireNone(action, "--secret-file", secretFile != null);
        Duration time = MaintenanceAction.length(length == null ? "30m" : length);
        MaintenanceAction.run(context, find(context, nodes), time);
      }
      case "rebalance" -> rebalance(context, nodes);
      default ->
          throw CommandException.usage("action: " + action + " (expected: " + EXPECTED + ")");
    }
  }

  private void setState(CommandContext context, List<String> nodes, State state)
      throws InterruptedException {
    requireNodesOnly(nodes);
    for (NodeStatus node : find(context, nodes)) {
      context.await(context.client().setNodeState(node.nodeId(), state));
    }
  }

  private void rebalance(CommandContext context, List<String> nodes) throws InterruptedException {
    if (!nodes.isEmpty()) {
      throw CommandException.usage("rebalance takes no node: it is for all of them");
    }
    requireNone("rebalance", "--for", length != null);
    requireNone("rebalance", "--secret-file", secretFile != null);
    boolean others = wait || threshold != null;
    if ((status && stop) || ((status || stop) && others)) {
      throw CommandException.usage("--status and --stop stand alone");
    }
    if (status) {
      RebalanceAction.tell(context);
    } else if (stop) {
      RebalanceAction.stop(context);
    } else {
      RebalanceAction.start(context, threshold == null ? 10 : threshold, wait);
    }
  }

  /** For an action without options. */
  private void requireNodesOnly(List<String> nodes) {
    requireNodes(nodes);
    requireNoOptions();
  }

  private void requireNoOptions() {
    requireNoNodeOptions();
    requireNone(arguments.get(0), "--secret-file", secretFile != null);
  }

  private void requireNoNodeOptions() {
    requireNone(arguments.get(0), "--for", length != null);
    requireNone(arguments.get(0), "--threshold", threshold != null);
    requireNoRebalanceFlags(arguments.get(0));
  }

  private static void requireNodes(List<String> nodes) {
    if (nodes.isEmpty()) {
      throw CommandException.usage(
          "at least one node is needed (expected: a number or an address of: shoal nodes)");
    }
  }

  private void requireNoRebalanceFlags(String action) {
    requireNone(action, "--wait", wait);
    requireNone(action, "--status", status);
    requireNone(action, "--stop", stop);
  }

  private static void requireNone(String action, String option, boolean given) {
    if (given) {
      throw CommandException.usage(option + " is not for " + action);
    }
  }

  private static List<NodeStatus> find(CommandContext context, List<String> names)
      throws InterruptedException {
    List<NodeStatus> nodes = context.await(context.client().nodes());
    return names.stream().map(name -> find(nodes, name)).distinct().toList();
  }

  /** A node is named by its number, or by its address as {@code nodes} prints it. */
  private static NodeStatus find(List<NodeStatus> nodes, String argument) {
    return nodes.stream()
        .filter(
            node ->
                argument.equals(Integer.toString(node.nodeId())) || argument.equals(node.address()))
        .findFirst()
        .orElseThrow(
            () ->
                new ShoalException(
                    ErrorCode.NOT_FOUND,
                    argument,
                    "node "
                        + argument
                        + " is not known (expected: a number or an address of: shoal nodes)"));
  }

  private static void warnIfFew(CommandContext context) throws InterruptedException {
    long left = activeNodes(context);
    int wanted = context.await(context.client().cluster()).defaults().replication();
    if (left < wanted) {
      context.warn(
          "active nodes that are left: "
              + left
              + "; files want "
              + wanted
              + " copies, so that a node which holds one of them can't be emptied before there are"
              + " more nodes");
    }
  }

  /** Returns how many nodes get new chunks. */
  static long activeNodes(CommandContext context) throws InterruptedException {
    return context.await(context.client().nodes()).stream()
        .filter(node -> node.state() == State.ACTIVE && node.liveness() == Liveness.ALIVE)
        .count();
  }
}
