package io.shoal.metadata.command.handler;

import static io.shoal.metadata.command.RepairCommand.LONGEST_MAINTENANCE_MILLIS;
import static io.shoal.metadata.command.RepairCommand.SHORTEST_MAINTENANCE_MILLIS;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.cluster.NodeRecord.AdminState;
import io.shoal.metadata.cluster.NodeTable;
import io.shoal.metadata.command.RepairCommand.DeclareDead;
import io.shoal.metadata.command.RepairCommand.EndMaintenance;
import io.shoal.metadata.command.RepairCommand.SetAdminState;
import io.shoal.metadata.command.RepairCommand.StartMaintenance;
import io.shoal.metadata.command.Reply;

/** Which nodes take part, may be away, leave or are dead. Rules P6 and P7. */
final class NodeStateHandler {
  private NodeStateHandler() {}

  static Reply declareDead(Context context, DeclareDead command) {
    NodeRecord node = require(context, command.nodeId());
    // Rule P7: it was sent before the maintenance began, or was prolonged.
    if (node.inMaintenance()) {
      throw new ShoalException(
          ErrorCode.FENCED,
          subject(node.nodeId()),
          "the node is in maintenance (expected: one that may not be away)");
    }
    NodeTable.put(context.state(), node.declaredDead());
    return Reply.DONE;
  }

  // Rule P7.
  static Reply startMaintenance(Context context, StartMaintenance command) {
    long length = command.lengthMillis();
    if (length < SHORTEST_MAINTENANCE_MILLIS || length > LONGEST_MAINTENANCE_MILLIS) {
      throw Refusal.invalid(
          subject(command.nodeId()),
          "maintenance of "
              + length
              + " ms (expected: "
              + SHORTEST_MAINTENANCE_MILLIS
              + " to "
              + LONGEST_MAINTENANCE_MILLIS
              + ")");
    }
    NodeRecord node = require(context, command.nodeId());
    if (node.dead() || node.leaves()) {
      throw new ShoalException(
          ErrorCode.FENCED,
          subject(node.nodeId()),
          "the node is "
              + (node.dead() ? "dead" : node.adminState())
              + " (expected: one that lives and takes part)");
    }
    NodeTable.put(context.state(), node.inMaintenanceUntil(context.now() + length));
    return Reply.DONE;
  }

  // Rule T1.
  static Reply endMaintenance(Context context, EndMaintenance command) {
    NodeRecord node = require(context, command.nodeId());
    if (!node.inMaintenance()) {
      return Reply.DONE;
    }
    if (context.now() <= node.maintenanceEndMillis()) {
      throw new ShoalException(
          ErrorCode.FENCED,
          subject(node.nodeId()),
          "the maintenance is over in " + (node.maintenanceEndMillis() - context.now()) + " ms");
    }
    NodeTable.put(context.state(), node.in(AdminState.ACTIVE));
    return Reply.DONE;
  }

  static Reply setAdminState(Context context, SetAdminState command) {
    NodeRecord node = require(context, command.nodeId());
    AdminState next = command.adminState();
    if (next == AdminState.MAINTENANCE) {
      throw Refusal.invalid(subject(node.nodeId()), "a maintenance without an end");
    }
    if (next == AdminState.DECOMMISSIONED && !node.leaves()) {
      throw new ShoalException(
          ErrorCode.FENCED,
          subject(node.nodeId()),
          "the node was taken back (expected: one that is being decommissioned)");
    }
    // Rule P6.
    if (next == AdminState.DECOMMISSIONED
        && !new ChunkQueries(context.state()).holdsNothing(node.nodeId())) {
      throw new ShoalException(
          ErrorCode.NOT_EMPTY,
          subject(node.nodeId()),
          "the node still holds replicas (expected: none before it is decommissioned)");
    }
    NodeTable.put(context.state(), node.in(next));
    return Reply.DONE;
  }

  /** Returns a node that has registered. */
  static NodeRecord require(Context context, NodeId nodeId) {
    NodeRecord node = NodeTable.find(context.state(), nodeId);
    if (node == null) {
      throw new ShoalException(
          ErrorCode.NOT_FOUND, subject(nodeId), "no node has registered under this number");
    }
    return node;
  }

  private static String subject(NodeId nodeId) {
    return "node " + nodeId;
  }
}
