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
import java.util.ArrayList;
import java.util.List;

/** What an operator decides about storage nodes. */
@Parameters(commandDescription = "empty storage nodes that are to go, or take them back")
final class AdminCommand implements Command {
  @Parameter(description = "decommission|recommission NODE...")
  private List<String> arguments = new ArrayList<>();

  @Override
  public String name() {
    return "admin";
  }

  @Override
  public String arguments() {
    return "decommission|recommission NODE...";
  }

  @Override
  public String example() {
    return "shoal admin decommission 3    # watch it with: shoal nodes";
  }

  @Override
  public void run(CommandContext context) throws InterruptedException {
    if (arguments.size() < 2) {
      throw CommandException.usage(
          "admin needs an action and at least one node (expected: " + arguments() + ")");
    }
    State state =
        switch (arguments.get(0)) {
          case "decommission" -> State.DECOMMISSIONING;
          case "recommission" -> State.ACTIVE;
          default ->
              throw CommandException.usage(
                  "action: " + arguments.get(0) + " (expected: decommission or recommission)");
        };
    List<NodeStatus> nodes = context.await(context.client().nodes());
    List<NodeStatus> named =
        arguments.stream().skip(1).map(argument -> find(nodes, argument)).toList();
    for (NodeStatus node : named) {
      context.await(context.client().setNodeState(node.nodeId(), state));
    }
    if (state == State.DECOMMISSIONING) {
      warnIfFew(context);
    }
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
    long left =
        context.await(context.client().nodes()).stream()
            .filter(node -> node.state() == State.ACTIVE && node.liveness() == Liveness.ALIVE)
            .count();
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
}
