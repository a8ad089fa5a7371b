package io.shoal.metadata.repair;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.chunk.GarbageChunk;
import io.shoal.metadata.cluster.ClusterQueries;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.cluster.NodeRecord.AdminState;
import io.shoal.metadata.cluster.VolumeRecord;
import io.shoal.metadata.command.ClusterCommand;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.RepairCommand;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.liveness.Liveness;
import io.shoal.metadata.store.StateView;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Declares nodes dead, takes the replicas out of the count that do not count any more, lets nodes
 * go that have been emptied, and ends maintenances whose time is over. Belongs to the shard of the
 * run.
 */
final class NodeJudge {
  private static final Logger LOG = LoggerFactory.getLogger(NodeJudge.class);

  /** Replicas in one command. */
  private static final int UNITS = 512;

  private final RepairTerm term;

  /** Nodes with a command in the log. */
  private final Set<NodeId> busy = new HashSet<>();

  /** Since when a node is seen to leave, on the log clock. */
  private final Map<NodeId, Long> leavingSinceMillis = new HashMap<>();

  NodeJudge(RepairTerm term) {
    this.term = term;
  }

  void round(StateView view, List<NodeRecord> nodes) {
    hear(nodes);
    declareDead(nodes);
    for (NodeRecord node : nodes) {
      if (busy.contains(node.nodeId())) {
        continue;
      }
      if (node.dead() && lives(node)) {
        revive(node);
      } else if (node.inMaintenance() && term.nowMillis() > node.maintenanceEndMillis()) {
        endMaintenance(node.nodeId());
      } else if (mustUncount(view, node)) {
        uncount(node.nodeId());
      } else if (node.adminState() == AdminState.DECOMMISSIONING) {
        letGo(view, node);
      } else {
        leavingSinceMillis.remove(node.nodeId());
      }
    }
  }

  private void hear(List<NodeRecord> nodes) {
    List<NodeRecord> expected = nodes.stream().filter(NodeJudge::mayDie).toList();
    long heard =
        expected.stream()
            .filter(node -> term.liveness().of(node.nodeId()) == Liveness.ALIVE)
            .count();
    term.safeMode().update((int) heard, expected.size());
  }

  /**
   * Declares dead who was silent for too long. The verdict is a command, so that a leader without a
   * majority can't pass it; and in safe mode, when most nodes are silent, none is passed.
   */
  private void declareDead(List<NodeRecord> nodes) {
    List<NodeRecord> silent =
        nodes.stream()
            .filter(NodeJudge::mayDie)
            .filter(node -> term.liveness().of(node.nodeId()) == Liveness.DEAD)
            .toList();
    if (!term.safeMode().settled()) {
      // Those that come back late get the time that they may need for it.
      return;
    }
    for (NodeRecord node : silent) {
      if (busy.add(node.nodeId())) {
        LOG.warn(
            "Node {} at {}:{} is declared dead: nothing was heard of it for {} s",
            node.nodeId(),
            node.description().host(),
            node.description().port(),
            Math.max(0, term.liveness().silentMillis(node.nodeId())) / 1_000);
        term.submit(
            new RepairCommand.DeclareDead(node.nodeId()), reply -> busy.remove(node.nodeId()));
      }
    }
  }

  /** Rule P7: a node in maintenance may be away. */
  private static boolean mayDie(NodeRecord node) {
    return !node.dead() && node.adminState() != AdminState.DECOMMISSIONED && !node.inMaintenance();
  }

  // Rule T1: it is checked once more when it is applied.
  private void endMaintenance(NodeId nodeId) {
    busy.add(nodeId);
    LOG.info("The maintenance of node {} is over", nodeId);
    term.submit(new RepairCommand.EndMaintenance(nodeId), reply -> busy.remove(nodeId));
  }

  private boolean lives(NodeRecord node) {
    return term.nodes().attached().contains(node.nodeId())
        && term.liveness().of(node.nodeId()) == Liveness.ALIVE;
  }

  /** Takes a verdict back that came into the log behind the registration of its node. */
  private void revive(NodeRecord node) {
    busy.add(node.nodeId());
    LOG.info("Node {} lives", node.nodeId());
    term.submit(
        new ClusterCommand.RegisterNode(node.description()), reply -> busy.remove(node.nodeId()));
  }

  private static boolean mustUncount(StateView view, NodeRecord node) {
    ChunkQueries chunks = new ChunkQueries(view);
    boolean all = node.dead() || node.leaves();
    if (all) {
      return !chunks.countedOn(node.nodeId(), null, 1).isEmpty();
    }
    for (VolumeRecord volume : node.description().volumes()) {
      if (volume.fenced() && !chunks.countedOnVolume(node.nodeId(), volume.volume(), 1).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private void uncount(NodeId nodeId) {
    busy.add(nodeId);
    term.submit(
        new RepairCommand.UncountReplicas(nodeId, UNITS),
        reply -> {
          busy.remove(nodeId);
          if (reply instanceof Reply.Progress progress && progress.more()) {
            uncount(nodeId);
          }
        });
  }

  // Rule P6.
  private void letGo(StateView view, NodeRecord node) {
    NodeId nodeId = node.nodeId();
    long since = leavingSinceMillis.computeIfAbsent(nodeId, id -> term.nowMillis());
    ChunkQueries chunks = new ChunkQueries(view);
    List<ChunkId> garbage =
        node.dead()
            ? chunks.deletable(nodeId, null, MaintenanceCommand.UNIT_LIMIT).stream()
                .map(GarbageChunk::chunkId)
                .toList()
            : List.of();
    if (!garbage.isEmpty()) {
      // It will never answer, and it will never count again.
      busy.add(nodeId);
      term.submit(
          new MaintenanceCommand.ReplicasDeleted(nodeId, garbage), reply -> busy.remove(nodeId));
      return;
    }
    long grantMillis = new ClusterQueries(view).settings().grantLifetimeMillis();
    if (chunks.holdsNothing(nodeId) && term.nowMillis() - since > grantMillis) {
      busy.add(nodeId);
      LOG.info("Node {} holds nothing any more: it is decommissioned", nodeId);
      term.submit(
          new RepairCommand.SetAdminState(nodeId, AdminState.DECOMMISSIONED),
          reply -> busy.remove(nodeId));
    }
  }
}
