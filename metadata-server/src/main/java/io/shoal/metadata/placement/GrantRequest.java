package io.shoal.metadata.placement;

import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.metadata.namespace.FilePolicy;
import java.util.Set;

/**
 * What a client asks grants for.
 *
 * @param sessionId the only session that may use them
 * @param count how many chunks
 * @param policy of the file that the chunks are for, without zeros
 * @param avoid nodes that the client saw fail
 * @param lifetimeMillis how long the grants live
 */
public record GrantRequest(
    SessionId sessionId, int count, FilePolicy policy, Set<NodeId> avoid, int lifetimeMillis) {
  public GrantRequest {
    avoid = Set.copyOf(avoid);
  }
}
