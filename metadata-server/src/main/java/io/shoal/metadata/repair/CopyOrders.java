package io.shoal.metadata.repair;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.ChunkRow;
import io.shoal.metadata.chunk.Replica;
import io.shoal.metadata.chunk.UncountedReplica;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.command.RepairCommand;
import io.shoal.metadata.repair.RepairOrders.Content;
import io.shoal.metadata.repair.RepairOrders.Copied;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has replicas made: orders them, and puts them on record when their nodes have them. For whoever
 * wants one, for whatever reason; of one chunk there is one copy under way at a time. Rule P3.
 * Belongs to the shard of the run.
 */
final class CopyOrders {
  private static final Logger LOG = LoggerFactory.getLogger(CopyOrders.class);

  private final RepairTerm term;
  private final OpenOrders<Copied> open = new OpenOrders<>();
  private final Set<ChunkId> underWay = new HashSet<>();
  private Map<NodeId, NodeRecord> nodes = Map.of();
  private Set<NodeId> attached = Set.of();

  CopyOrders(RepairTerm term) {
    this.term = term;
  }

  /** Takes what is known of the nodes; it is used until the next time. */
  void refresh(List<NodeRecord> registered) {
    nodes = new HashMap<>();
    registered.forEach(node -> nodes.put(node.nodeId(), node));
    refreshAttached();
  }

  /** Takes who is attached now. */
  void refreshAttached() {
    attached = term.nodes().attached();
  }

  Map<NodeId, NodeRecord> nodes() {
    return nodes;
  }

  boolean attached(NodeId nodeId) {
    return attached.contains(nodeId);
  }

  boolean underWay(ChunkId chunkId) {
    return underWay.contains(chunkId);
  }

  static Content contentOf(ChunkId chunkId, ChunkRow row) {
    return new Content(chunkId, row.content().length(), row.content().crc32c());
  }

  /** Tells whether a copy may be made on a node that has none, and may be asked now. */
  boolean mayTake(ChunkRow row, NodeId nodeId) {
    return !row.holders().has(nodeId) && attached(nodeId);
  }

  /** Returns who may have all bytes: those that count, the least busy first, then the others. */
  List<NodeRecord> sources(ChunkRow row) {
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
    if (node != null && attached(nodeId)) {
      sources.add(node);
    }
  }

  /**
   * Orders a copy.
   *
   * @param sources in the order in which to try them; the target itself is left out
   * @param then told whether the replica came to count, once, unless the term ends before
   * @return false if the order could not be given; {@code then} is not told anything
   */
  boolean order(Content content, List<NodeRecord> sources, NodeId target, Consumer<Boolean> then) {
    long now = term.nanos();
    long orderId = term.nextOrder();
    // The target counts a source's failure against its own time, so the grant outlives the order.
    // Rule P3: it never ends before that of an earlier copy. Else an earlier copy, lost and made
    // anew, could come to count by its late answer after the new one's grant ended, and after the
    // node was told that it may delete it.
    long expiresAtMillis = term.nowMillis() + 2 * term.settings().orderTimeout().toMillis();
    List<NodeRecord> others =
        sources.stream().filter(source -> !source.nodeId().equals(target)).toList();
    RepairOrders.Copy order = new RepairOrders.Copy(orderId, content, others, expiresAtMillis);
    if (others.isEmpty() || !term.nodes().copy(target, order)) {
      return false;
    }
    NodeId source = others.get(0).nodeId();
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
          onCopied(content, target, expiresAtMillis, copied, then);
        });
    return true;
  }

  private void onCopied(
      Content content,
      NodeId target,
      long expiresAtMillis,
      @Nullable Copied copied,
      Consumer<Boolean> then) {
    if (copied == null || copied.failure() != null) {
      LOG.info(
          "Chunk {} was not copied to node {}: {}",
          content.chunkId(),
          target,
          copied == null ? "no answer" : String.valueOf(copied.failure()));
      end(content, false, then);
      return;
    }
    term.submit(
        new RepairCommand.AddReplica(
            content.chunkId(),
            new Replica(target, copied.volume()),
            content.length(),
            content.crc32c(),
            expiresAtMillis),
        reply -> end(content, reply != null, then));
  }

  private void end(Content content, boolean counts, Consumer<Boolean> then) {
    underWay.remove(content.chunkId());
    then.accept(counts);
  }

  void attachedAnew(NodeId nodeId) {
    open.lose(nodeId);
  }

  void answered(NodeId nodeId, long orderId, Copied copied) {
    open.answered(nodeId, orderId, copied);
  }

  /** Gives up orders that were given before a moment, or to nodes that are gone. */
  void loseOrders(long olderThanNanos) {
    open.loseUnless(term.nodes().attached());
    open.loseOlderThan(olderThanNanos);
  }

  void clear() {
    open.clear();
    underWay.clear();
  }
}
