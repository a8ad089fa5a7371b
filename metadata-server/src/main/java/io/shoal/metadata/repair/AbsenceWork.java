package io.shoal.metadata.repair;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.chunk.ChunkRow;
import io.shoal.metadata.chunk.ChunkState;
import io.shoal.metadata.chunk.HeldChunk;
import io.shoal.metadata.chunk.Replica;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.placement.CopyPlacement;
import io.shoal.metadata.repair.RepairOrders.Content;
import io.shoal.metadata.store.StateView;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prepares for nodes in maintenance to be away: has chunks copied that would be on too few nodes
 * without them, and tells when they may be switched off. Rule P7. Goes through all that such a node
 * has, page by page, until nothing is found, and again now and then. Belongs to the shard of the
 * run; what it tells can be read from anywhere.
 */
final class AbsenceWork {
  private static final Logger LOG = LoggerFactory.getLogger(AbsenceWork.class);

  private static final int PAGE = 1_000;

  /** Pages of a node that are looked through in a round. */
  private static final int PAGES = 10;

  /** Chunks of a node that wait to be copied; the pass goes on when there are fewer. */
  private static final int QUEUE_LIMIT = 10_000;

  /** How soon a node that may be switched off is gone through again. */
  private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);

  /** One way through what a node has. */
  private static final class Pass {
    private final NodeId nodeId;
    private final long endMillis;

    /** Whether another one has gone through all for the same maintenance. */
    private final boolean repeats;

    private final Deque<ChunkId> queue = new ArrayDeque<>();
    private @Nullable HeldChunk cursor;
    private boolean ended;
    private long endedNanos;
    private long unprotected;
    private long failing;
    private int underWay;

    Pass(NodeId nodeId, long endMillis, boolean repeats) {
      this.nodeId = nodeId;
      this.endMillis = endMillis;
      this.repeats = repeats;
    }

    boolean ready() {
      return ended && unprotected == 0;
    }
  }

  private final RepairTerm term;
  private final CopyPlacement placement;
  private final CopyOrders orders;
  private final AtomicReference<Map<NodeId, NodeAbsence>> told;
  private final RestingChunks resting = new RestingChunks();
  private final Map<NodeId, Pass> passes = new LinkedHashMap<>();

  /** What the passes have found; one that repeats tells nothing before it has gone through all. */
  private final Map<NodeId, NodeAbsence> known = new HashMap<>();

  AbsenceWork(
      RepairTerm term,
      CopyPlacement placement,
      CopyOrders orders,
      AtomicReference<Map<NodeId, NodeAbsence>> told) {
    this.term = term;
    this.placement = placement;
    this.orders = orders;
    this.told = told;
  }

  void round(StateView view, List<NodeRecord> registered) {
    passes.keySet().removeIf(nodeId -> !inMaintenance(nodeId));
    known.keySet().retainAll(passes.keySet());
    for (NodeRecord node : registered) {
      if (node.inMaintenance()) {
        advance(view, pass(node));
      }
    }
    fill(view);
    passes.values().forEach(this::conclude);
    told.set(Map.copyOf(known));
  }

  private boolean inMaintenance(NodeId nodeId) {
    NodeRecord node = orders.nodes().get(nodeId);
    return node != null && node.inMaintenance();
  }

  /** A maintenance that began anew is prepared for anew; so is one after some time. */
  private Pass pass(NodeRecord node) {
    Pass pass = passes.get(node.nodeId());
    boolean repeats = pass != null && pass.endMillis == node.maintenanceEndMillis();
    if (pass == null || !repeats || isDue(pass)) {
      pass = new Pass(node.nodeId(), node.maintenanceEndMillis(), repeats);
      passes.put(node.nodeId(), pass);
    }
    return pass;
  }

  private boolean isDue(Pass pass) {
    boolean working = !pass.ended || !pass.queue.isEmpty() || pass.underWay > 0;
    long rest = pass.ready() ? LOOK_AGAIN.toNanos() : 0;
    return !working && term.nanos() - pass.endedNanos >= rest;
  }

  private void advance(StateView view, Pass pass) {
    ChunkQueries chunks = new ChunkQueries(view);
    for (int i = 0; i < PAGES && !pass.ended && pass.queue.size() < QUEUE_LIMIT; i++) {
      List<HeldChunk> page = chunks.countedOn(pass.nodeId, pass.cursor, PAGE);
      for (HeldChunk held : page) {
        lookAt(pass, held.chunkId(), chunks.find(held.chunkId()));
      }
      if (page.size() < PAGE) {
        pass.ended = true;
        pass.endedNanos = term.nanos();
      } else {
        pass.cursor = page.get(page.size() - 1);
      }
    }
  }

  private void lookAt(Pass pass, ChunkId chunkId, @Nullable ChunkRow row) {
    if (row == null || !needsCopy(row)) {
      return;
    }
    pass.unprotected++;
    if (resting.rests(chunkId, term.nanos())) {
      pass.failing++;
    } else {
      pass.queue.add(chunkId);
    }
  }

  /**
   * Tells whether too few nodes have a chunk that are here and stay. Open chunks are left to their
   * writers.
   */
  private boolean needsCopy(ChunkRow row) {
    return row.state() == ChunkState.SEALED
        && row.replicas().stream().filter(this::stays).count()
            < term.settings().maintenanceCopies();
  }

  private boolean stays(Replica replica) {
    NodeRecord node = orders.nodes().get(replica.nodeId());
    return node != null
        && !node.inMaintenance()
        && node.mayCount(replica.volume())
        && orders.attached(replica.nodeId());
  }

  /**
   * Begins copies until nothing is left, or no node may be asked for more.
   *
   * @return whether copies wait for what nodes may be asked for
   */
  boolean fill(StateView view) {
    ChunkQueries chunks = new ChunkQueries(view);
    boolean waits = false;
    for (Pass pass : passes.values()) {
      while (!pass.queue.isEmpty()) {
        ChunkId next = pass.queue.getFirst();
        if (!begin(pass, next, chunks.find(next))) {
          waits = true;
          break;
        }
        pass.queue.removeFirst();
      }
    }
    return waits;
  }

  /** Returns false if nodes may not be asked for more at present. */
  private boolean begin(Pass pass, ChunkId chunkId, @Nullable ChunkRow row) {
    if (row == null || !needsCopy(row) || orders.underWay(chunkId)) {
      // If somebody else's copy of it fails, the next pass finds that out.
      return true;
    }
    List<NodeRecord> sources = orders.sources(row);
    Content content = CopyOrders.contentOf(chunkId, row);
    boolean anyTakes =
        orders.nodes().keySet().stream()
            .anyMatch(node -> orders.mayTake(row, node) && placement.takes(node, content.length()));
    if (sources.isEmpty() || !anyTakes) {
      failed(pass, chunkId);
      return true;
    }
    long now = term.nanos();
    NodeId target =
        term.budget().allows(sources.get(0).nodeId(), now)
            ? placement.choose(
                content.length(),
                row.replicas().stream().map(Replica::nodeId).toList(),
                node -> orders.mayTake(row, node) && term.budget().allows(node, now))
            : null;
    if (target == null) {
      return false;
    }
    if (orders.order(content, sources, target, counts -> ended(pass, chunkId, counts))) {
      pass.underWay++;
    } else {
      failed(pass, chunkId);
    }
    return true;
  }

  private void ended(Pass pass, ChunkId chunkId, boolean counts) {
    pass.underWay--;
    if (counts) {
      resting.succeeded(chunkId);
      pass.unprotected--;
    } else {
      failed(pass, chunkId);
    }
  }

  private void failed(Pass pass, ChunkId chunkId) {
    resting.failed(chunkId, term.nanos());
    pass.failing++;
  }

  private void conclude(Pass pass) {
    if (!pass.ended && pass.repeats) {
      return;
    }
    NodeAbsence before = known.get(pass.nodeId);
    NodeAbsence now = new NodeAbsence(pass.endMillis, pass.ready(), pass.unprotected, pass.failing);
    if (now.ready() && (before == null || !before.ready())) {
      LOG.info(
          "Node {} may be switched off: it is in maintenance for {} s more",
          pass.nodeId,
          Math.max(0, pass.endMillis - term.nowMillis()) / 1_000);
    }
    known.put(pass.nodeId, now);
  }

  void clear() {
    passes.clear();
    known.clear();
    told.set(Map.of());
  }
}
