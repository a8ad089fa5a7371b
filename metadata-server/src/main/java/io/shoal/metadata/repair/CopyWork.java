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
import io.shoal.metadata.command.RepairCommand;
import io.shoal.metadata.placement.CopyPlacement;
import io.shoal.metadata.repair.RepairOrders.Content;
import io.shoal.metadata.repair.RepairOrders.Copied;
import io.shoal.metadata.store.StateView;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has chunks below their policy copied, those with the fewest replicas first, one missing replica
 * at a time, within what each node may be asked for. Rules P1 and P3. Belongs to the shard of the
 * run.
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
  private final OpenOrders<Copied> open = new OpenOrders<>();
  private final RestingChunks resting = new RestingChunks();
  private final Set<ChunkId> underWay = new HashSet<>();
  private final Deque<ChunkId> queue = new ArrayDeque<>();
  private Map<NodeId, NodeRecord> nodes = Map.of();
  private Set<NodeId> attached = Set.of();
  private @Nullable UnderReplicated cursor;
  private RepairProgress progress;

  CopyWork(RepairTerm term, CopyPlacement placement) {
    this.term = term;
    this.placement = placement;
    this.progress = new RepairProgress(term.nanos());
  }

  void attached(NodeId nodeId) {
    open.lose(nodeId);
  }

  void answered(NodeId nodeId, long orderId, Copied copied) {
    open.answered(nodeId, orderId, copied);
  }

  void loseOlderThan(long nanos) {
    open.loseOlderThan(nanos);
  }

  void round(StateView view, List<NodeRecord> registered) {
    nodes = new HashMap<>();
    registered.forEach(node -> nodes.put(node.nodeId(), node));
    fill(view);
    if (progress.began() && underWay.isEmpty()) {
      LOG.info("Repair rests: {}", progress.summary(term.nanos()));
      progress = new RepairProgress(term.nanos());
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
    attached = term.nodes().attached();
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
      if (!underWay.contains(next) && begin(view, next) == Begun.WAITS) {
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
    if (!underWay.contains(chunkId) && !resting.rests(chunkId, term.nanos())) {
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
    List<NodeRecord> sources = sources(row);
    if (sources.isEmpty()) {
      resting.failed(chunkId, now);
      return Begun.DONE;
    }
    if (!term.budget().allows(sources.get(0).nodeId(), now)) {
      return Begun.WAITS;
    }
    Content content = new Content(chunkId, row.content().length(), row.content().crc32c());
    List<NodeId> holders = row.replicas().stream().map(Replica::nodeId).toList();
    boolean anyTakes =
        nodes.keySet().stream()
            .anyMatch(node -> mayTake(row, node) && placement.takes(node, content.length()));
    NodeId target =
        placement.choose(
            content.length(),
            holders,
            node -> mayTake(row, node) && term.budget().allows(node, now));
    if (target == null && !anyTakes) {
      // Nobody without a replica: one may make its own anew.
      target =
          placement.choose(
              content.length(),
              holders,
              node -> mayReplace(row, node) && term.budget().allows(node, now));
      anyTakes = nodes.keySet().stream().anyMatch(node -> mayReplace(row, node));
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

  private boolean mayTake(ChunkRow row, NodeId nodeId) {
    return !row.holders().has(nodeId) && attached.contains(nodeId);
  }

  /** A damaged replica, or one on a disk that is not there, may be made anew on its node. */
  private boolean mayReplace(ChunkRow row, NodeId nodeId) {
    UncountedReplica other = row.holders().uncounted(nodeId);
    NodeRecord node = nodes.get(nodeId);
    return other != null
        && node != null
        && (other.state() == UncountedReplica.State.DAMAGED
            || other.state() == UncountedReplica.State.LOST)
        && node.mayCount(other.replica().volume())
        && placement.takes(nodeId, row.content().length())
        && attached.contains(nodeId);
  }

  /** Returns who may have all bytes: those that count, the least busy first, then the others. */
  private List<NodeRecord> sources(ChunkRow row) {
    List<NodeRecord> sources = new ArrayList<>();
    for (Replica replica : row.replicas()) {
      addIf(replica.nodeId(), sources);
    }
    sources.sort(Comparator.comparing(node -> term.budget().copies(node.nodeId(), term.nanos())));
    for (UncountedReplica other : row.holders().uncounted()) {
      if (other.state() != UncountedReplica.State.DELETING) {
        addIf(other.nodeId(), sources);
      }
    }
    return sources;
  }

  private void addIf(NodeId nodeId, List<NodeRecord> sources) {
    NodeRecord node = nodes.get(nodeId);
    if (node != null && attached.contains(nodeId)) {
      sources.add(node);
    }
  }

  private void order(Content content, List<NodeRecord> sources, NodeId target) {
    long now = term.nanos();
    long orderId = term.nextOrder();
    // The target counts a source's failure against its own time, so the grant outlives the order.
    long expiresAtMillis = term.nowMillis() + 2 * term.settings().orderTimeout().toMillis();
    List<NodeRecord> others =
        sources.stream().filter(source -> !source.nodeId().equals(target)).toList();
    RepairOrders.Copy order = new RepairOrders.Copy(orderId, content, others, expiresAtMillis);
    if (others.isEmpty() || !term.nodes().copy(target, order)) {
      resting.failed(content.chunkId(), now);
      return;
    }
    NodeId source = others.get(0).nodeId();
    progress.begin(now);
    underWay.add(content.chunkId());
    term.budget().beginCopy(target, content.length(), now);
    term.budget().beginCopy(source, content.length(), now);
    open.opened(
        orderId,
        target,
        now,
        copied -> {
          term.budget().endCopy(target, term.nanos());
          term.budget().endCopy(source, term.nanos());
          onCopied(content, target, expiresAtMillis, copied);
        });
  }

  private void onCopied(
      Content content, NodeId target, long expiresAtMillis, @Nullable Copied copied) {
    if (copied == null || copied.failure() != null) {
      LOG.info(
          "Chunk {} was not copied to node {}: {}",
          content.chunkId(),
          target,
          copied == null ? "no answer" : String.valueOf(copied.failure()));
      failed(content.chunkId());
      return;
    }
    term.submit(
        new RepairCommand.AddReplica(
            content.chunkId(),
            new Replica(target, copied.volume()),
            content.length(),
            content.crc32c(),
            expiresAtMillis),
        reply -> {
          if (reply == null) {
            failed(content.chunkId());
          } else {
            underWay.remove(content.chunkId());
            resting.succeeded(content.chunkId());
            progress.copied(content.length());
          }
        });
  }

  private void failed(ChunkId chunkId) {
    underWay.remove(chunkId);
    resting.failed(chunkId, term.nanos());
    progress.failed();
  }

  void clear() {
    open.clear();
    queue.clear();
    underWay.clear();
  }
}
