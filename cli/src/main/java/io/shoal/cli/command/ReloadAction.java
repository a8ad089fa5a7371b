package io.shoal.cli.command;

import io.shoal.cli.CommandContext;
import io.shoal.client.NodeReload;
import io.shoal.client.NodeStatus;

/** Has a node use the data directories that its configuration names now. */
final class ReloadAction {
  private ReloadAction() {}

  static void run(CommandContext context, NodeStatus node) throws InterruptedException {
    NodeReload reload = context.await(context.client().reloadNode(node.nodeId()));
    String name = "node " + node.nodeId() + " at " + node.address();
    for (String directory : reload.addedDirectories()) {
      context.note(name + " uses " + directory);
    }
    for (String directory : reload.removedDirectories()) {
      context.note(
          name
              + " no longer uses "
              + directory
              + "; what lay there is made anew from other copies");
    }
    if (reload.addedDirectories().isEmpty() && reload.removedDirectories().isEmpty()) {
      context.note(name + " uses the data directories of its configuration already");
    }
    if (reload.needsRestart()) {
      context.warn(name + " has other settings too that changed: they hold from its next start");
    }
  }
}
