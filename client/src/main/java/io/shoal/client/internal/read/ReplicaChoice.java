package io.shoal.client.internal.read;

import io.shoal.client.internal.metadata.NodeSuspicions;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Chooses where to read: a node that has not failed lately before one that has, one that is on time
 * before one that is late, one on this machine before others, and among equals the one from which
 * this client expects the fewest bytes at the moment. A late node gets a read now and then, by
 * which the client learns that it no longer is; one that may be hedged. Where several nodes are on
 * this machine and the client reads their files itself, it is always the same one for a chunk: no
 * node has work with it, and the page cache holds the bytes once. Thread-safe.
 */
final class ReplicaChoice {
  private final NodeSuspicions suspicions;
  private final NodeLatencies latencies;
  private final HedgeBudget hedges;
  private final Predicate<String> isLocal;
  private final boolean readsLocalFiles;

  /** Nodes are few and their number is bounded by the cluster. */
  private final Map<NodeId, AtomicLong> outstandingBytes = new ConcurrentHashMap<>();

  /**
   * Makes one.
   *
   * @param isLocal tells whether a host is this machine
   * @param readsLocalFiles whether the client reads the files of such nodes itself
   */
  ReplicaChoice(
      NodeSuspicions suspicions,
      NodeLatencies latencies,
      HedgeBudget hedges,
      Predicate<String> isLocal,
      boolean readsLocalFiles) {
    this.suspicions = suspicions;
    this.latencies = latencies;
    this.hedges = hedges;
    this.isLocal = isLocal;
    this.readsLocalFiles = readsLocalFiles;
  }

  /**
   * Returns the best of some nodes for a range of a chunk.
   *
   * @param candidates at least one
   */
  ChunkReplicas.Node best(ChunkId chunk, int rangeBytes, List<ChunkReplicas.Node> candidates) {
    if (candidates.size() == 1) {
      return candidates.get(0);
    }
    Set<NodeId> late = late(candidates, rangeBytes);
    if (!late.isEmpty()) {
      ChunkReplicas.Node probed = toProbe(late, rangeBytes, candidates);
      if (probed != null) {
        return probed;
      }
    }
    // Where equals begin is drawn, or all clients would turn to the first replica of each chunk.
    int begin = ThreadLocalRandom.current().nextInt(candidates.size());
    ChunkReplicas.Node best = candidates.get(begin);
    Comparator<ChunkReplicas.Node> order = order(chunk, late);
    for (int i = 1; i < candidates.size(); i++) {
      ChunkReplicas.Node other = candidates.get((begin + i) % candidates.size());
      if (order.compare(other, best) < 0) {
        best = other;
      }
    }
    return best;
  }

  private Set<NodeId> late(List<ChunkReplicas.Node> candidates, int rangeBytes) {
    List<NodeId> ids = candidates.stream().map(ChunkReplicas.Node::id).toList();
    Set<NodeId> late = new HashSet<>();
    for (NodeId id : ids) {
      if (latencies.isLate(id, ids, rangeBytes)) {
        late.add(id);
      }
    }
    return late;
  }

  private ChunkReplicas.@Nullable Node toProbe(
      Set<NodeId> late, int rangeBytes, List<ChunkReplicas.Node> candidates) {
    for (ChunkReplicas.Node node : candidates) {
      if (late.contains(node.id())
          && node.alive()
          && !suspicions.isSuspected(node.id())
          && hedges.hasHedge()
          && latencies.takeProbe(node.id(), rangeBytes)) {
        return node;
      }
    }
    return null;
  }

  private Comparator<ChunkReplicas.Node> order(ChunkId chunk, Set<NodeId> late) {
    return Comparator.comparing((ChunkReplicas.Node node) -> suspicions.isSuspected(node.id()))
        .thenComparing(node -> !node.alive())
        .thenComparing(node -> late.contains(node.id()))
        .thenComparing(node -> !isLocal(node))
        .thenComparingLong(
            node ->
                readsLocalFiles && isLocal(node)
                    ? rank(chunk, node.id())
                    : outstanding(node.id()).get());
  }

  private boolean isLocal(ChunkReplicas.Node node) {
    return isLocal.test(node.address().host());
  }

  /** Ranks the nodes of a chunk, by chance and always in the same way (rendezvous hashing). */
  private static long rank(ChunkId chunk, NodeId node) {
    long mixed = (chunk.value() * 0x9E3779B97F4A7C15L + node.value()) * 0xBF58476D1CE4E5B9L;
    return mixed ^ mixed >>> 32;
  }

  /** Says that so many more bytes are expected from a node, or fewer. */
  void expect(NodeId node, long change) {
    outstanding(node).addAndGet(change);
  }

  private AtomicLong outstanding(NodeId node) {
    return outstandingBytes.computeIfAbsent(node, id -> new AtomicLong());
  }
}
