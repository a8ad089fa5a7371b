package io.shoal.client.internal.metadata;

import io.shoal.common.id.NodeId;
import io.shoal.common.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that this client saw fail a short while ago. Whoever moves data reports here; new
 * grants avoid these nodes, and readers may try others first. The metadata servers find out later
 * by themselves, this only bridges the time until then. Thread-safe.
 */
public final class NodeSuspicions {
  /** Beyond it the oldest report is forgotten. */
  private static final int LIMIT = 1_024;

  private final TimeSource time;
  private final long memoryNanos;

  /** Last failure of each node, oldest first; guarded by itself. */
  private final Map<NodeId, Long> failedAtNanos = new LinkedHashMap<>();

  /**
   * Makes one that suspects nobody.
   *
   * @param memory how long a failure is held against a node
   */
  public NodeSuspicions(Duration memory, TimeSource time) {
    this.memoryNanos = memory.toNanos();
    this.time = time;
  }

  /** Reports that a node failed just now: refused, broke off, or made no progress. */
  public void reportFailure(NodeId node) {
    synchronized (failedAtNanos) {
      failedAtNanos.remove(node);
      failedAtNanos.put(node, time.nanoTime());
      if (failedAtNanos.size() > LIMIT) {
        failedAtNanos.remove(failedAtNanos.keySet().iterator().next());
      }
    }
  }

  /** Reports that a node did what it was asked: what was held against it is forgotten. */
  public void reportSuccess(NodeId node) {
    synchronized (failedAtNanos) {
      if (!failedAtNanos.isEmpty()) {
        failedAtNanos.remove(node);
      }
    }
  }

  /** Tells whether a node failed a short while ago. */
  public boolean isSuspected(NodeId node) {
    synchronized (failedAtNanos) {
      return lastFailure(node) != null;
    }
  }

  /** Returns the nodes that failed a short while ago, the first failure first. */
  public List<NodeId> suspected() {
    synchronized (failedAtNanos) {
      List<NodeId> nodes = new ArrayList<>(failedAtNanos.keySet());
      nodes.removeIf(node -> lastFailure(node) == null);
      return nodes;
    }
  }

  /**
   * Tells whether a node is suspected because of a failure after a moment of the monotonic clock.
   */
  boolean failedSince(NodeId node, long nanos) {
    synchronized (failedAtNanos) {
      Long failedAt = lastFailure(node);
      return failedAt != null && failedAt - nanos > 0;
    }
  }

  private @Nullable Long lastFailure(NodeId node) {
    Long failedAt = failedAtNanos.get(node);
    if (failedAt != null && time.nanoTime() - failedAt >= memoryNanos) {
      failedAtNanos.remove(node);
      return null;
    }
    return failedAt;
  }
}
