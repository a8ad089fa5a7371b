package io.shoal.metadata.repair;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.chunk.ChunkRow;
import io.shoal.metadata.chunk.ChunkState;
import io.shoal.metadata.chunk.Replica;
import io.shoal.metadata.chunk.UncountedReplica;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.command.RepairCommand;
import io.shoal.metadata.command.RepairCommand.Verdict;
import io.shoal.metadata.placement.CopyPlacement;
import io.shoal.metadata.repair.RepairOrders.Content;
import io.shoal.metadata.repair.RepairOrders.Finding;
import io.shoal.metadata.store.StateView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has replicas removed that are needed no more, once all that are to stay were read and found
 * whole. Rule P4. Goes batch by batch, of which one is under way. Belongs to the shard of the run.
 */
final class SurplusWork {
  private static final Logger LOG = LoggerFactory.getLogger(SurplusWork.class);

  /** Chunks in a batch. */
  private static final int BATCH = 200;

  /** Bytes that one batch has read on a node. */
  private static final long BATCH_BYTES = 64L << 20;

  /** A chunk with a replica too many. */
  private static final class Candidate {
    private final Content content;
    private final long changes;
    private final NodeId victim;
    private final List<NodeId> staying;
    private final List<NodeId> whole = new ArrayList<>();

    Candidate(Content content, long changes, NodeId victim, List<NodeId> staying) {
      this.content = content;
      this.changes = changes;
      this.victim = victim;
      this.staying = staying;
    }
  }

  private final RepairTerm term;
  private final CopyPlacement placement;
  private final Moves moves;
  private final OpenOrders<List<Finding>> open = new OpenOrders<>();
  private final RestingChunks resting = new RestingChunks();
  private @Nullable ChunkId cursor;

  /**
   * Answers and replies of the batch that are awaited; the next batch begins when there is none.
   */
  private int awaited;

  SurplusWork(RepairTerm term, CopyPlacement placement, Moves moves) {
    this.term = term;
    this.placement = placement;
    this.moves = moves;
  }

  void attached(NodeId nodeId) {
    open.lose(nodeId);
  }

  void answered(NodeId nodeId, long orderId, List<Finding> findings) {
    open.answered(nodeId, orderId, findings);
  }

  /** Gives up orders that were given before a moment, or to nodes that are gone. */
  void loseOrders(long olderThanNanos) {
    open.loseUnless(term.nodes().attached());
    open.loseOlderThan(olderThanNanos);
  }

  void round(StateView view, List<NodeRecord> registered) {
    if (awaited > 0) {
      return;
    }
    Map<NodeId, NodeRecord> nodes = new HashMap<>();
    registered.forEach(node -> nodes.put(node.nodeId(), node));
    List<Candidate> batch = collect(view, nodes);
    Map<NodeId, List<Candidate>> byNode = new LinkedHashMap<>();
    for (Candidate candidate : batch) {
      for (NodeId nodeId : candidate.staying) {
        byNode.computeIfAbsent(nodeId, id -> new ArrayList<>()).add(candidate);
      }
    }
    byNode.forEach(this::verify);
    if (awaited == 0) {
      batch.forEach(candidate -> resting.failed(candidate.content.chunkId(), term.nanos()));
    }
  }

  private List<Candidate> collect(StateView view, Map<NodeId, NodeRecord> nodes) {
    ChunkQueries chunks = new ChunkQueries(view);
    List<Candidate> batch = new ArrayList<>();
    Map<NodeId, Long> bytes = new HashMap<>();
    List<ChunkId> page = chunks.surplus(cursor, 5 * BATCH);
    for (ChunkId chunkId : page) {
      cursor = chunkId;
      Candidate candidate =
          resting.rests(chunkId, term.nanos())
              ? null
              : candidate(chunkId, chunks.find(chunkId), nodes);
      if (candidate == null) {
        continue;
      }
      batch.add(candidate);
      long most = 0;
      for (NodeId nodeId : candidate.staying) {
        most = Math.max(most, bytes.merge(nodeId, (long) candidate.content.length(), Long::sum));
      }
      if (batch.size() >= BATCH || most >= BATCH_BYTES) {
        return batch;
      }
    }
    if (page.size() < 5 * BATCH) {
      cursor = null;
    }
    return batch;
  }

  private @Nullable Candidate candidate(
      ChunkId chunkId, @Nullable ChunkRow row, Map<NodeId, NodeRecord> nodes) {
    if (row == null || row.state() != ChunkState.SEALED || !row.surplus()) {
      return null;
    }
    // Rule P7: what a node in maintenance has may be out of reach at any time.
    boolean mayBeAway =
        row.replicas().stream()
            .map(replica -> nodes.get(replica.nodeId()))
            .anyMatch(node -> node != null && node.inMaintenance());
    NodeId victim = mayBeAway ? null : victim(chunkId, row, nodes);
    if (victim == null) {
      return null;
    }
    List<NodeId> staying =
        row.replicas().stream().map(Replica::nodeId).filter(node -> !node.equals(victim)).toList();
    Set<NodeId> attached = term.nodes().attached();
    if (!attached.containsAll(staying)
        || !staying.stream().allMatch(node -> term.budget().allows(node, term.nanos()))) {
      return null;
    }
    Content content = new Content(chunkId, row.content().length(), row.content().crc32c());
    return new Candidate(content, row.holders().changes(), victim, staying);
  }

  /**
   * Returns whose replica can go: one that does not count, unless its node is only away and may
   * come back, or else the one that was to be moved, or else the one that is least needed.
   */
  private @Nullable NodeId victim(ChunkId chunkId, ChunkRow row, Map<NodeId, NodeRecord> nodes) {
    Set<NodeId> attached = term.nodes().attached();
    for (UncountedReplica other : row.holders().uncounted()) {
      NodeRecord node = nodes.get(other.nodeId());
      boolean here = attached.contains(other.nodeId());
      boolean gone = node != null && node.dead() && node.leaves();
      if (other.state() != UncountedReplica.State.DELETING && (here || gone)) {
        return other.nodeId();
      }
    }
    if (row.replicas().size() <= row.redundancy().replication()) {
      return null;
    }
    NodeId moved = moves.sourceOf(chunkId);
    if (moved != null && row.holders().counts(moved)) {
      return moved;
    }
    return placement.leastNeeded(row.replicas().stream().map(Replica::nodeId).toList());
  }

  private void verify(NodeId nodeId, List<Candidate> candidates) {
    long orderId = term.nextOrder();
    List<Content> contents = candidates.stream().map(candidate -> candidate.content).toList();
    if (!term.nodes().check(nodeId, new RepairOrders.Check(orderId, contents, true))) {
      return;
    }
    awaited++;
    contents.forEach(content -> term.budget().spend(nodeId, content.length(), term.nanos()));
    open.opened(
        orderId,
        nodeId,
        term.nanos(),
        findings -> {
          awaited--;
          onVerified(nodeId, candidates, findings);
        });
  }

  private void onVerified(
      NodeId nodeId, List<Candidate> candidates, @Nullable List<Finding> findings) {
    List<RepairCommand.Finding> damaged = new ArrayList<>();
    Set<ChunkId> failed = new HashSet<>();
    for (int i = 0; i < candidates.size(); i++) {
      Candidate candidate = candidates.get(i);
      Finding finding =
          findings == null || findings.size() != candidates.size()
              ? Finding.UNDECIDED
              : findings.get(i);
      ChunkId chunkId = candidate.content.chunkId();
      switch (finding) {
        case INTACT -> {
          candidate.whole.add(nodeId);
          if (candidate.whole.size() == candidate.staying.size()) {
            remove(candidate);
          }
        }
        case DAMAGED, MISSING -> {
          Verdict verdict = finding == Finding.DAMAGED ? Verdict.DAMAGED : Verdict.MISSING;
          LOG.warn("Node {}: its replica of chunk {} is {}", nodeId, chunkId, verdict);
          damaged.add(new RepairCommand.Finding(chunkId, candidate.changes, verdict));
        }
        case UNREACHABLE, UNDECIDED -> failed.add(chunkId);
      }
    }
    failed.forEach(chunkId -> resting.failed(chunkId, term.nanos()));
    if (!damaged.isEmpty()) {
      term.submit(new RepairCommand.RecordFindings(nodeId, damaged), reply -> {});
    }
  }

  private void remove(Candidate candidate) {
    awaited++;
    term.submit(
        new RepairCommand.RemoveReplica(
            candidate.content.chunkId(), candidate.victim, candidate.changes, candidate.whole),
        reply -> {
          awaited--;
          if (reply == null) {
            resting.failed(candidate.content.chunkId(), term.nanos());
          } else {
            resting.succeeded(candidate.content.chunkId());
          }
        });
  }

  void clear() {
    open.clear();
  }
}
