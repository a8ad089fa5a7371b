package io.shoal.client.internal.read;

import io.shoal.client.internal.metadata.NodeSuspicions;
import io.shoal.common.id.ChunkId;
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
 * moment. Where several nodes are on this machine and the client reads their files itself, it is
 * always the same one for a chunk: no node has work with it, and the page cache holds the bytes
 * once. Thread-safe.
 */
final class ReplicaChoice {
  private final NodeSuspicions suspicions;
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
  ReplicaChoice(NodeSuspicions suspicions, Predicate<String> isLocal, boolean readsLocalFiles) {
    this.suspicions = suspicions;
    this.isLocal = isLocal;
    this.readsLocalFiles = readsLocalFiles;
  }

  /**
   * Returns the best of some nodes for a chunk.
   *
   * @param candidates at least one
   */
  ChunkReplicas.Node best(ChunkId chunk, List<ChunkReplicas.Node> candidates) {
    // Where equals begin is drawn, or all clients would turn to the first replica of each chunk.
    int begin = ThreadLocalRandom.current().nextInt(candidates.size());
    ChunkReplicas.Node best = candidates.get(begin);
    Comparator<ChunkReplicas.Node> order = order(chunk);
    for (int i = 1; i < candidates.size(); i++) {
      ChunkReplicas.Node other = candidates.get((begin + i) % candidates.size());
      if (order.compare(other, best) < 0) {
        best = other;
      }
    }
    return best;
  }

  private Comparator<ChunkReplicas.Node> order(ChunkId chunk) {
    return Comparator.comparing((ChunkReplicas.Node node) -> suspicions.isSuspected(node.id()))
        .thenComparing(node -> !node.alive())
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
