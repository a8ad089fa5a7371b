package io.shoal.common.grant;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import java.util.HashSet;
import java.util.List;

/**
 * What a grant permits.
 *
 * @param chunkId the only chunk that may be written under it
 * @param sessionId the only session whose commits may name the chunk
 * @param nodeIds the nodes that may hold it, in the order of their positions; no node twice
 * @param expiresAtMillis its last moment, in milliseconds of the log clock
 * @param lengthLimitBytes most bytes that the chunk may ever have
 * @param keyId the signing key that makes the signature
 * @param lifetimeMillis how long it lives, counted from the request for it
 */
public record GrantTerms(
    ChunkId chunkId,
    SessionId sessionId,
    List<NodeId> nodeIds,
    long expiresAtMillis,
    int lengthLimitBytes,
    int keyId,
    int lifetimeMillis) {
  /** Most nodes of one grant. */
  public static final int NODE_LIMIT = 64;

  public GrantTerms {
    nodeIds = List.copyOf(nodeIds);
    if (nodeIds.isEmpty()
        || nodeIds.size() > NODE_LIMIT
        || new HashSet<>(nodeIds).size() != nodeIds.size()) {
      throw new IllegalArgumentException(
          "nodes of a grant: " + nodeIds + " (expected: 1 to " + NODE_LIMIT + ", none twice)");
    }
    if (lengthLimitBytes <= 0) {
      throw new IllegalArgumentException("length limit: " + lengthLimitBytes + " (expected: > 0)");
    }
    if (lifetimeMillis < 0) {
      throw new IllegalArgumentException("lifetime: " + lifetimeMillis + " (expected: >= 0)");
    }
  }

  /** Tells whether its time has passed at a moment of the log clock. */
  public boolean expiredAt(long nowMillis) {
    return nowMillis > expiresAtMillis;
  }

  /**
   * Requires that its time has not passed.
   *
   * @throws ShoalException {@code GRANT_EXPIRED} otherwise
   */
  public void requireLiveAt(long nowMillis) {
    if (expiredAt(nowMillis)) {
      throw new ShoalException(
          ErrorCode.GRANT_EXPIRED,
          "chunk " + chunkId,
          "the grant ended at "
              + expiresAtMillis
              + " of the log clock, "
              + (nowMillis - expiresAtMillis)
              + " ms ago");
    }
  }

  /**
   * Requires that it names a node.
   *
   * @throws ShoalException {@code GRANT_INVALID} otherwise
   */
  public void requireNode(NodeId node) {
    if (!nodeIds.contains(node)) {
      throw new ShoalException(
          ErrorCode.GRANT_INVALID,
          "chunk " + chunkId,
          "the grant is for nodes " + nodeIds + " (this is node " + node + ")");
    }
  }
}
