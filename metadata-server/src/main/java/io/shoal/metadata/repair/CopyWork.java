package io.shoal.metadata.repair;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.chunk.ChunkRow;
import io.shoal.metadata.chunk.ChunkState;
import io.shoal.metadata.chunk.Replica;
import io.shoal.metadata.chunk.UncountedReplica;
import io.shoal.metadata.chunk.UnderReplicated;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.placement.CopyPlacement;
import io.shoal.metadata.repair.RepairOrders.Content;
import io.shoal.metadata.store.StateView;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has chunks below their policy copied, those with the fewest replicas first, one missing replica
 * at a time, within what each node may be asked for. Rule P1. Belongs to the shard of the run.
 */
final class CopyWork {
  private static final Logger LOG = LoggerFactory.getLogger(CopyWork.class);

  /** Chunks that are looked at together. */
  private static final int PAGE = 1_000;

  /** Pages that are looked through for one that has chunks which may be tried. */
  private static final int PAGES = 20;

  private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(10);

  private final RepairTerm term;
  private final CopyPlacement placement;
  private final CopyOrders orders;
  private final RestingChunks resting = new RestingChunks();
  private int underWay;
  private final Deque<ChunkId> queue = new ArrayDeque<>();
  private @Nullable UnderReplicated cursor;
  private RepairProgress progress;

  CopyWork(RepairTerm term, CopyPlacement placement, CopyOrders orders) {
    this.term = term;
    this.orders = orders;
    this.placement = placement;
    this.progress = new RepairProgress("made", term.nanos());
  }

  void round(StateView view) {
    fill(view);
    if (progress.began() && underWay == 0) {
      LOG.info("Repair rests: {}", progress.summary(term.nanos()));
      progress = new RepairProgress("made", term.nanos());
    } else if (progress.due(term.nanos(), PROGRESS_INTERVAL)) {
      LOG.info("Repair goes on: {}", progress.summary(term.nanos()));
    }
  }

  /**
   * Begins copies until nothing is left, or no node may be asked for more.
   *
   * @return whether copies wait for what nodes may be asked for
   */
  boolean fill(StateView view) {
    // Chunks of this call that found no node with anything left.
    List<ChunkId> waiting = new ArrayList<>();
    boolean refilled = false;
    while (waiting.size() < PAGE / 10) {
      ChunkId next = queue.poll();
      if (next == null) {
        if (refilled || !refill(view)) {
          break;
        }
        refilled = true;
        continue;
      }
      if (!orders.underWay(next) && begin(view, next) == Begun.WAITS) {
        waiting.add(next);
      }
    }
    for (int i = waiting.size() - 1; i >= 0; i--) {
      queue.addFirst(waiting.get(i));
    }
    return !waiting.isEmpty();
  }

  /** Looks for chunks; returns whether there are any that may be tried. */
  private boolean refill(StateView view) {
    ChunkQueries chunks = new ChunkQueries(view);
    UnderReplicated last = cursor;
    if (last != null) {
      // What came to have fewer replicas since this pass went by goes before.
      for (UnderReplicated chunk : chunks.underReplicated(null, PAGE)) {
        if (chunk.replicas() < last.replicas()) {
          offer(chunk.chunkId());
        }
      }
    }
    for (int i = 0; i < PAGES && queue.isEmpty(); i++) {
      List<UnderReplicated> page = chunks.underReplicated(cursor, PAGE);
      page.forEach(chunk -> offer(chunk.chunkId()));
      if (page.size() < PAGE) {
        cursor = null;
        break;
      }
      cursor = page.get(page.size() - 1);
    }
    return !queue.isEmpty();
  }

  private void offer(ChunkId chunkId) {
    if (!orders.underWay(chunkId) && !resting.rests(chunkId, term.nanos())) {
      queue.add(chunkId);
    }
  }

  private enum Begun {
    /** An order was given, or nothing is to be done, or it was put off. */
    DONE,
    /** Its nodes may not be asked for more at present. */
    WAITS
  }

  private Begun begin(StateView view, ChunkId chunkId) {
    ChunkRow row = new ChunkQueries(view).find(chunkId);
    if (row == null || row.state() != ChunkState.SEALED || row.missing() == 0) {
      return Begun.DONE;
    }
    long now = term.nanos();
    List<NodeRecord> sources = orders.sources(row);
    if (sources.isEmpty()) {
      resting.failed(chunkId, now);
      return Begun.DONE;
    }
    if (!term.budget().allows(sources.get(0).nodeId(), now)) {
      return Begun.WAITS;
    }
    Content content = CopyOrders.contentOf(chunkId, row);
    List<NodeId> holders = row.replicas().stream().map(Replica::nodeId).toList();
    boolean anyTakes =
        orders.nodes().keySet().stream()
            .anyMatch(node -> orders.mayTake(row, node) && placement.takes(node, content.length()));
    NodeId target =
        placement.choose(
            content.length(),
            holders,
            node -> orders.mayTake(row, node) && term.budget().allows(node, now));
    if (target == null && !anyTakes) {
      // Nobody without a replica: one may make its own anew.
      target =
          placement.choose(
              content.length(),
              holders,
              node -> mayReplace(row, node) && term.budget().allows(node, now));
      anyTakes = orders.nodes().keySet().stream().anyMatch(node -> mayReplace(row, node));
    }
    if (target == null) {
      if (anyTakes) {
        return Begun.WAITS;
      }
      resting.failed(chunkId, now);
      return Begun.DONE;
    }
    order(content, sources, target);
    return Begun.DONE;
  }

  /** A damaged replica, or one on a disk that is not there, may be made anew on its node. */
  private boolean mayReplace(ChunkRow row, NodeId nodeId) {
    UncountedReplica other = row.holders().uncounted(nodeId);
    NodeRecord node = orders.nodes().get(nodeId);
    return other != null
        && node != null
        && (other.state() == UncountedReplica.State.DAMAGED
            || other.state() == UncountedReplica.State.LOST)
        && node.mayCount(other.replica().volume())
        && placement.takes(nodeId, row.content().length())
        && orders.attached(nodeId);
  }

  private void order(Content content, List<NodeRecord> sources, NodeId target) {
    ChunkId chunkId = content.chunkId();
    if (!orders.order(content, sources, target, counts -> ended(content, counts))) {
      resting.failed(chunkId, term.nanos());
      return;
    }
    progress.begin(term.nanos());
    underWay++;
  }

  private void ended(Content content, boolean counts) {
    underWay--;
    if (counts) {
      resting.succeeded(content.chunkId());
      progress.copied(content.length());
    } else {
      resting.failed(content.chunkId(), term.nanos());
      progress.failed();
    }
  }

  /** Tells whether something is being repaired, or waits only for what nodes may be asked for. */
  boolean busy() {
    return underWay > 0 || !queue.isEmpty();
  }

  void clear() {
    queue.clear();
    underWay = 0;
  }
}
