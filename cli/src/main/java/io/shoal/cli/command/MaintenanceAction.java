package io.shoal.cli.command;

import io.shoal.cli.CommandContext;
import io.shoal.cli.CommandException;
import io.shoal.cli.ExitCode;
import io.shoal.cli.Json;
import io.shoal.cli.Names;
import io.shoal.client.NodeStatus;
import io.shoal.client.NodeStatus.Liveness;
import io.shoal.client.NodeStatus.Maintenance;
import io.shoal.client.NodeStatus.State;
import io.shoal.common.config.ValueType;
import io.shoal.common.config.ValueTypes;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Puts nodes into maintenance, and waits until they may be switched off. */
final class MaintenanceAction {
  private static final ValueType<Duration> LENGTH = ValueTypes.duration("1s", "1d");
  private static final int POLL_MILLIS = 300;

  /** So long nothing may get on before what is left counts as what can't be copied. */
  private static final long PATIENCE_NANOS = Duration.ofSeconds(10).toNanos();

  private final CommandContext context;
  private final Map<Integer, NodeStatus> waiting = new LinkedHashMap<>();
  private final Map<Integer, Long> lastLeft = new LinkedHashMap<>();
  private long gotOnNanos = System.nanoTime();

  private MaintenanceAction(CommandContext context) {
    this.context = context;
  }

  /** Reads how long a node may be away. */
  static Duration length(String text) {
    try {
      return LENGTH.parser().apply(text);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(
          "--for " + Names.printable(text) + " (expected: " + LENGTH.expected() + ")");
    }
  }

  static void run(CommandContext context, List<NodeStatus> nodes, Duration length)
      throws InterruptedException {
    for (NodeStatus node : nodes) {
      boolean takesPart = node.state() == State.ACTIVE || node.state() == State.MAINTENANCE;
      if (!takesPart || node.liveness() == Liveness.DEAD) {
        throw new CommandException(
            ExitCode.CONFLICT,
            "node "
                + node.nodeId()
                + " is "
                + (takesPart ? node.liveness() : node.state())
                + " (expected: one that lives and takes part)");
      }
    }
    MaintenanceAction action = new MaintenanceAction(context);
    for (NodeStatus node : nodes) {
      context.await(context.client().startMaintenance(node.nodeId(), length));
      action.waiting.put(node.nodeId(), node);
    }
    action.warnIfFew();
    action.awaitAll();
  }

  private void warnIfFew() throws InterruptedException {
    long left = AdminCommand.activeNodes(context);
    int needed = context.await(context.client().cluster()).defaults().minReplicas();
    if (left < needed) {
      context.warn(
          "active nodes that are left: "
              + left
              + "; a file needs "
              + needed
              + ", so that nothing can be stored until the maintenance is over");
    }
  }

  private void awaitAll() throws InterruptedException {
    while (true) {
      for (NodeStatus node : context.await(context.client().nodes())) {
        if (waiting.containsKey(node.nodeId())) {
          lookAt(node);
        }
      }
      if (waiting.isEmpty()) {
        return;
      }
      if (System.nanoTime() - gotOnNanos > PATIENCE_NANOS) {
        giveUpFailing();
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private void lookAt(NodeStatus node) {
    int nodeId = node.nodeId();
    Maintenance maintenance = node.maintenance().orElse(null);
    if (maintenance == null) {
      context.fail(
          ExitCode.REFUSED,
          "node "
              + nodeId
              + " is "
              + node.state()
              + ": its maintenance was over before it could be switched off");
      waiting.remove(nodeId);
    } else if (maintenance.ready()) {
      tell(node, maintenance);
      waiting.remove(nodeId);
    } else {
      waiting.put(nodeId, node);
      long left = maintenance.unprotectedChunks();
      Long before = lastLeft.put(nodeId, left);
      if (before == null || before != left) {
        gotOnNanos = System.nanoTime();
        if (left > 0 && !context.json()) {
          context.note("node " + nodeId + ": " + left + " chunks are to be copied first");
        }
      }
    }
  }

  private void tell(NodeStatus node, Maintenance maintenance) {
    if (context.json()) {
      context.output().line(document(node, maintenance));
    } else {
      context
          .output()
          .line(
              // Numbers of nodes are not those of processes, which addresses tell.
              "node "
                  + node.nodeId()
                  + " at "
                  + node.address()
                  + " may be switched off for "
                  + Names.duration(maintenance.left())
                  + " (shoal admin recommission "
                  + node.nodeId()
                  + " ends it)");
    }
  }

  /** Ends the waiting for nodes of which all that is left could not be copied. */
  private void giveUpFailing() {
    for (NodeStatus node : List.copyOf(waiting.values())) {
      Maintenance maintenance = node.maintenance().orElseThrow();
      long left = maintenance.unprotectedChunks();
      if (left == 0 || maintenance.failingChunks() < left) {
        continue;
      }
      waiting.remove(node.nodeId());
      if (context.json()) {
        context.output().line(document(node, maintenance));
      }
      context.fail(
          ExitCode.REFUSED,
          "node "
              + node.nodeId()
              + ": "
              + left
              + " chunks that too few other nodes have can't be copied, and may be out of reach while"
              + " it is off; it is in maintenance for "
              + Names.duration(maintenance.left())
              + " all the same (shoal admin recommission "
              + node.nodeId()
              + " ends it)");
    }
  }

  private static String document(NodeStatus node, Maintenance maintenance) {
    return Json.object(
        json -> {
          json.writeNumberField("node", node.nodeId());
          json.writeBooleanField("ready", maintenance.ready());
          json.writeNumberField("leftMillis", maintenance.left().toMillis());
          json.writeNumberField("unprotectedChunks", maintenance.unprotectedChunks());
          json.writeNumberField("failingChunks", maintenance.failingChunks());
        });
  }
}
