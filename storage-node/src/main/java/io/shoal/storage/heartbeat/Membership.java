package io.shoal.storage.heartbeat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.GrantVerifier;
import io.shoal.common.grant.SigningKey;
import io.shoal.common.id.NodeId;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the leader told this node: who it is, which keys grants are signed with, and how late it is
 * on the log clock. Soft state, empty until the node has registered and kept when the leader is
 * lost. Thread-safe.
 */
public final class Membership {
  /**
   * The node's place in the cluster.
   *
   * @param grants checks grants with the keys that are valid at present
   */
  public record Standing(String clusterId, NodeId nodeId, GrantVerifier grants) {}

  private final AtomicLong logClockMillis = new AtomicLong();
  private volatile @Nullable Standing standing;

  /**
   * Returns the node's place in the cluster.
   *
   * @throws ShoalException {@code UNAVAILABLE} before the node has registered
   */
  public Standing require() {
    Standing current = standing;
    if (current == null) {
      throw new ShoalException(
          ErrorCode.UNAVAILABLE,
          "",
          "this storage node has not registered with the metadata server yet");
    }
    return current;
  }

  /** Returns the log clock as applied by the leader when it was last heard; 0 before that. */
  public long logClockMillis() {
    return logClockMillis.get();
  }

  /** Takes what a registration said. */
  void registered(String clusterId, NodeId nodeId, List<SigningKey> keys) {
    standing = new Standing(clusterId, nodeId, new GrantVerifier(keys));
  }

  /** Takes new keys. Only after {@link #registered}. */
  void replaceKeys(List<SigningKey> keys) {
    Standing current = require();
    if (!current.grants().keys().equals(keys)) {
      standing = new Standing(current.clusterId(), current.nodeId(), new GrantVerifier(keys));
    }
  }

  /** Takes the log clock, which never goes back (rule T1). */
  void advanceLogClock(long nowMillis) {
    logClockMillis.accumulateAndGet(nowMillis, Math::max);
  }
}
