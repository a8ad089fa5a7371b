package io.shoal.storage.heartbeat;

import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.shard.Shard;

/**
 * What all bonds of a node share.
 *
 * @param shard owns the link and its bonds
 */
record BondContext(
    HeartbeatConfig config,
    NodeProfile profile,
    ClusterSecret secret,
    Membership membership,
    NodeDuties duties,
    ReplicaDuties replicas,
    LinkRuntime runtime,
    Shard shard) {}
