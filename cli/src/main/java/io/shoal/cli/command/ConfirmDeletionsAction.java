package io.shoal.cli.command;

import io.shoal.cli.CommandContext;
import io.shoal.client.NodeStatus;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.util.concurrent.TimeUnit;

/** Lets a node delete again that has stopped because many of its chunks are unknown. */
final class ConfirmDeletionsAction {
  /** Nodes tell how they are with every heartbeat. */
  private static final int TRIES = 100;

  private static final long PAUSE_MILLIS = 200;

  private ConfirmDeletionsAction() {}

  /** The number that is confirmed is the one that is seen now, and printed. */
  static void run(CommandContext context, NodeStatus seen) throws InterruptedException {
    if (!seen.upkeep().brakeOn()) {
      context.warn("node " + seen.nodeId() + " has not stopped deleting: nothing to confirm");
      return;
    }
    context.await(context.client().confirmDeletions(seen));
    for (int tries = 0; tries < TRIES; tries++) {
      if (!stillStopped(context, seen)) {
        context.note(
            "node "
                + seen.nodeId()
                + " deletes again, up to "
                + seen.upkeep().unknownChunks()
                + " unknown chunks");
        return;
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
    throw new ShoalException(
        ErrorCode.DEADLINE_EXCEEDED,
        "node " + seen.nodeId(),
        "node "
            + seen.nodeId()
            + " was told, and does not say that it deletes again; its log knows");
  }

  private static boolean stillStopped(CommandContext context, NodeStatus seen)
      throws InterruptedException {
    return context.await(context.client().nodes()).stream()
        .filter(node -> node.nodeId() == seen.nodeId())
        .anyMatch(
            node ->
                node.upkeep().brakeOn()
                    && node.upkeep().brakeSinceMillis() == seen.upkeep().brakeSinceMillis());
  }
}
