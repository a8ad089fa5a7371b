package io.shoal.client.internal.read;

import io.shoal.client.internal.metadata.NodeSuspicions;
import io.shoal.common.id.NodeId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * Chooses where to read: a node that has not failed lately before one that has, one on this machine
 * before others, and among equals the one from which this client expects the fewest bytes at the
 * moment. Thread-safe.
 */
final class ReplicaChoice {
  private final NodeSuspicions suspicions;
  private final Predicate<String> isLocal;

  /** Nodes are few and their number is bounded by the cluster. */
  private final Map<NodeId, AtomicLong> outstandingBytes = new ConcurrentHashMap<>();

  /**
   * Makes one.
   *
   * @param isLocal tells whether a host is this machine
   */
  ReplicaChoice(NodeSuspicions suspicions, Predicate<String> isLocal) {
    this.suspicions = suspicions;
    this.isLocal = isLocal;
  }

  /**
   * Returns the best of some nodes.
   *
   * @param candidates at least one
   */
  ChunkReplicas.Node best(List<ChunkReplicas.Node> candidates) {
    // Where equals begin is drawn, or all clients would turn to the first replica of each chunk.
    int begin = ThreadLocalRandom.current().nextInt(candidates.size());
    ChunkReplicas.Node best = candidates.get(begin);
    Comparator<ChunkReplicas.Node> order = order();
    for (int i = 1; i < candidates.size(); i++) {
      ChunkReplicas.Node other = candidates.get((begin + i) % candidates.size());
      if (order.compare(other, best) < 0) {
        best = other;
      }
    }
    return best;
  }

  private Comparator<ChunkReplicas.Node> order() {
    return Comparator.comparing((ChunkReplicas.Node node) -> suspicions.isSuspected(node.id()))
        .thenComparing(node -> !node.alive())
        .thenComparing(node -> !isLocal.test(node.address().host()))
        .thenComparingLong(node -> outstanding(node.id()).get());
  }

  /** Says that so many more bytes are expected from a node, or fewer. */
  void expect(NodeId node, long change) {
    outstanding(node).addAndGet(change);
  }

  private AtomicLong outstanding(NodeId node) {
    return outstandingBytes.computeIfAbsent(node, id -> new AtomicLong());
  }
}
