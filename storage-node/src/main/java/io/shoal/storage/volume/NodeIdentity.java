package io.shoal.storage.volume;

import java.util.UUID;

/**
 * Whom a data directory belongs to.
 *
 * @param clusterId the cluster, not empty
 * @param nodeUuid drawn by the node before it registers for the first time
 */
public record NodeIdentity(String clusterId, UUID nodeUuid) {
  public NodeIdentity {
    if (clusterId.isEmpty()) {
      throw new IllegalArgumentException("clusterId: empty (expected: the cluster's id)");
    }
  }
}
