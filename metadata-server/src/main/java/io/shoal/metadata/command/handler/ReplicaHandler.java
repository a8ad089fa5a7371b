package io.shoal.metadata.command.handler;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.chunk.ChunkRow;
import io.shoal.metadata.chunk.ChunkState;
import io.shoal.metadata.chunk.ChunkTable;
import io.shoal.metadata.chunk.HeldChunk;
import io.shoal.metadata.chunk.Holders;
import io.shoal.metadata.chunk.Replica;
import io.shoal.metadata.chunk.UncountedReplica;
import io.shoal.metadata.chunk.UncountedReplica.State;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.cluster.VolumeRecord;
import io.shoal.metadata.command.RepairCommand.AddReplica;
import io.shoal.metadata.command.RepairCommand.Finding;
import io.shoal.metadata.command.RepairCommand.RecordFindings;
import io.shoal.metadata.command.RepairCommand.RemoveReplica;
import io.shoal.metadata.command.RepairCommand.UncountReplicas;
import io.shoal.metadata.command.Reply;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which replicas count, and how they come and go. Rules P1 to P5 and P7. */
final class ReplicaHandler {
  private ReplicaHandler() {}

  static Reply uncountReplicas(Context context, UncountReplicas command) {
    int limit = MaintenanceHandler.checkLimit(command.unitLimit());
    NodeRecord node = NodeStateHandler.require(context, command.nodeId());
    State state = stateOfAll(node);
    int units = 0;
    ChunkQueries chunks = new ChunkQueries(context.state());
    if (state != null) {
      units = uncount(context, node, chunks.countedOn(node.nodeId(), null, limit), state);
    } else {
      for (VolumeRecord volume : node.description().volumes()) {
        if (volume.fenced()) {
          List<HeldChunk> held =
              chunks.countedOnVolume(node.nodeId(), volume.volume(), limit - units);
          units += uncount(context, node, held, State.LOST);
        }
      }
    }
    return new Reply.Progress(units, units == limit);
  }

  /** Returns why none of a node's replicas counts; null if they may. */
  private static @Nullable State stateOfAll(NodeRecord node) {
    if (node.dead()) {
      return State.LOST;
    }
    return node.leaves() ? State.LEAVING : null;
  }

  private static int uncount(
      Context context, NodeRecord node, List<HeldChunk> chunks, State state) {
    for (HeldChunk held : chunks) {
      Replica replica = new Replica(node.nodeId(), held.volume());
      if (!ChunkTable.dropStale(context.state(), replica, held.chunkId())) {
        ChunkRow row = ChunkTable.require(context.state(), held.chunkId());
        hold(context, held.chunkId(), row, row.holders().uncount(replica, state, context.now()));
      }
    }
    return chunks.size();
  }

  // Rule P5: what is recorded is what was asked about, or nothing.
  static Reply recordFindings(Context context, RecordFindings command) {
    MaintenanceHandler.checkLimit(Math.max(1, command.findings().size()));
    NodeRecord node = NodeStateHandler.require(context, command.nodeId());
    int units = 0;
    for (Finding finding : command.findings()) {
      ChunkRow row = ChunkTable.find(context.state(), finding.chunkId());
      if (row == null
          || row.state() != ChunkState.SEALED
          || row.holders().changes() != finding.changes()) {
        continue;
      }
      Holders after = judged(context, node, row.holders(), finding);
      if (after != null) {
        hold(context, finding.chunkId(), row, after);
        units++;
      }
    }
    return new Reply.Progress(units, false);
  }

  /** Returns the holders after a finding; null if it changes nothing. */
  private static @Nullable Holders judged(
      Context context, NodeRecord node, Holders holders, Finding finding) {
    NodeId nodeId = node.nodeId();
    UncountedReplica other = holders.uncounted(nodeId);
    Replica replica = other == null ? counted(holders, nodeId) : other.replica();
    if (replica == null || (other != null && other.state() == State.DELETING)) {
      return null;
    }
    return switch (finding.verdict()) {
      case INTACT -> {
        boolean comesBack = other != null && other.state() != State.DAMAGED;
        yield comesBack && node.mayCount(replica.volume()) ? holders.with(replica) : null;
      }
      case MISSING -> {
        // The last trace of the bytes stays, for somebody may find the disk again.
        boolean last = holders.without(nodeId).counted().isEmpty();
        yield last
            ? uncounted(context, holders, other, replica, State.LOST)
            : holders.without(nodeId);
      }
      case DAMAGED -> uncounted(context, holders, other, replica, State.DAMAGED);
      case UNREACHABLE -> uncounted(context, holders, other, replica, State.LOST);
    };
  }

  private static @Nullable Replica counted(Holders holders, NodeId nodeId) {
    return holders.counted().stream()
        .filter(replica -> replica.nodeId().equals(nodeId))
        .findAny()
        .orElse(null);
  }

  private static @Nullable Holders uncounted(
      Context context,
      Holders holders,
      @Nullable UncountedReplica before,
      Replica replica,
      State state) {
    boolean known = before != null && before.state() == state;
    return known ? null : holders.uncount(replica, state, context.now());
  }

  // Rule P3.
  static Reply addReplica(Context context, AddReplica command) {
    ChunkId chunkId = command.chunkId();
    NodeId nodeId = command.replica().nodeId();
    if (context.now() > command.expiresAtMillis()) {
      throw new ShoalException(
          ErrorCode.GRANT_EXPIRED,
          subject(chunkId),
          "the copy's grant expired " + (context.now() - command.expiresAtMillis()) + " ms ago");
    }
    NodeRecord node = NodeStateHandler.require(context, nodeId);
    if (!node.mayCount(command.replica().volume())) {
      throw new ShoalException(
          ErrorCode.NOT_ENOUGH_NODES,
          subject(nodeId),
          "the node is dead or leaves, or the volume is fenced (expected: one that counts)");
    }
    ChunkRow row = ChunkTable.find(context.state(), chunkId);
    if (row == null || row.state() != ChunkState.SEALED) {
      throw new ShoalException(
          ErrorCode.FENCED,
          subject(chunkId),
          "the chunk is " + (row == null ? "gone" : row.state()) + " (expected: SEALED)");
    }
    ChunkRow.Content copied = new ChunkRow.Content(command.length(), command.crc32c());
    if (!row.content().equals(copied)) {
      throw Refusal.invalid(
          subject(chunkId), "a copy of " + copied + " (expected: " + row.content() + ")");
    }
    // Rule P2.
    UncountedReplica other = row.holders().uncounted(nodeId);
    if (other != null && other.state() == State.DELETING) {
      throw new ShoalException(
          ErrorCode.FENCED, subject(chunkId), "node " + nodeId + " is deleting its replica");
    }
    if (!row.holders().counts(nodeId)) {
      hold(context, chunkId, row, row.holders().with(command.replica()));
    }
    return Reply.DONE;
  }

  // Rule P4.
  static Reply removeReplica(Context context, RemoveReplica command) {
    ChunkId chunkId = command.chunkId();
    NodeId nodeId = command.nodeId();
    ChunkRow row = ChunkTable.find(context.state(), chunkId);
    if (row == null
        || row.state() != ChunkState.SEALED
        || row.holders().changes() != command.changes()) {
      throw new ShoalException(
          ErrorCode.FENCED, subject(chunkId), "its holders have changed since they were read");
    }
    UncountedReplica other = row.holders().uncounted(nodeId);
    Replica replica = other == null ? counted(row.holders(), nodeId) : other.replica();
    if (replica == null || (other != null && other.state() == State.DELETING)) {
      throw Refusal.invalid(
          subject(chunkId), "node " + nodeId + " has no replica that could be removed");
    }
    List<NodeId> left = new ArrayList<>();
    for (Replica counts : row.holders().counted()) {
      NodeRecord holder = NodeStateHandler.require(context, counts.nodeId());
      if (!counts.nodeId().equals(nodeId)
          && command.verified().contains(counts.nodeId())
          // Rule P7: what may be away at present is none that stays.
          && !holder.inMaintenance()
          && holder.mayCount(counts.volume())) {
        left.add(counts.nodeId());
      }
    }
    if (left.size() < row.redundancy().replication()) {
      throw new ShoalException(
          ErrorCode.NOT_ENOUGH_NODES,
          subject(chunkId),
          "replicas that were read and found whole, beside that of node "
              + nodeId
              + ": "
              + left.size()
              + " (expected: at least "
              + row.redundancy().replication()
              + ")");
    }
    // A fenced volume deletes nothing any more: what lies there is given up with it.
    boolean givenUp = NodeStateHandler.require(context, nodeId).fenced(replica.volume());
    hold(
        context,
        chunkId,
        row,
        givenUp
            ? row.holders().without(nodeId)
            : row.holders().uncount(replica, State.DELETING, context.now()));
    return Reply.DONE;
  }

  private static void hold(Context context, ChunkId chunkId, ChunkRow before, Holders holders) {
    ChunkTable.change(context.state(), chunkId, before, before.heldBy(holders));
  }

  private static String subject(ChunkId chunkId) {
    return "chunk " + chunkId;
  }

  private static String subject(NodeId nodeId) {
    return "node " + nodeId;
  }
}
