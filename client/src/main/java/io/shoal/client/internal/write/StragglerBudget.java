package io.shoal.client.internal.write;

import io.shoal.common.id.NodeId;
import io.shoal.common.time.TimeSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How many nodes a client may leave behind because they are slow (rule O1). A client to which many
 * nodes look slow has a slow line itself, and must not make a copy less of everything that it
 * writes. Thread-safe.
 */
final class StragglerBudget {
  /** Nodes at a time. */
  static final int NODE_LIMIT = 2;

  /** For so long a node counts that was left behind. */
  private static final Duration MEMORY = Duration.ofSeconds(10);

  private final TimeSource time;

  /** When each node was left behind last; guarded by this. */
  private final Map<NodeId, Long> leftAtNanos = new HashMap<>();

  StragglerBudget(TimeSource time) {
    this.time = time;
  }

  /** Tells whether a node may be left behind now, and counts it if so. */
  synchronized boolean tryLeave(NodeId node) {
    long now = time.nanoTime();
    leftAtNanos.values().removeIf(leftAt -> now - leftAt >= MEMORY.toNanos());
    if (leftAtNanos.size() >= NODE_LIMIT && !leftAtNanos.containsKey(node)) {
      return false;
    }
    leftAtNanos.put(node, now);
    return true;
  }
}
