package io.shoal.storage.heartbeat;

import io.shoal.storage.transfer.Replicas;

/**
 * What a node does about its replicas beside serving them.
 *
 * @param work carries out the leader's orders
 * @param suspicions chunks that the leader has to hear of
 */
public record ReplicaDuties(Replicas work, Suspicions suspicions) {}
