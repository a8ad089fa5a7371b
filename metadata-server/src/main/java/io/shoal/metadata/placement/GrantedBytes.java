package io.shoal.metadata.placement;

import io.shoal.common.id.NodeId;
import java.util.HashMap;
import java.util.Map;

/**
 * What was granted on each node and can't be seen in its reports yet: a grant counts until the
 * second heartbeat after it, by when its bytes arrive and stand in the report. Soft state; belongs
 * to the shard of {@link Grants}. Holds two numbers for each registered node.
 */
final class GrantedBytes {
  private static final class Recent {
    private long sinceLast;
    private long before;
  }

  private final Map<NodeId, Recent> nodes = new HashMap<>();

  void add(NodeId nodeId, long bytes) {
    nodes.computeIfAbsent(nodeId, id -> new Recent()).sinceLast += bytes;
  }

  void onHeartbeat(NodeId nodeId) {
    Recent recent = nodes.get(nodeId);
    if (recent == null) {
      return;
    }
    recent.before = recent.sinceLast;
    recent.sinceLast = 0;
    if (recent.before == 0) {
      nodes.remove(nodeId);
    }
  }

  long of(NodeId nodeId) {
    Recent recent = nodes.get(nodeId);
    return recent == null ? 0 : recent.sinceLast + recent.before;
  }

  void clear() {
    nodes.clear();
  }
}
