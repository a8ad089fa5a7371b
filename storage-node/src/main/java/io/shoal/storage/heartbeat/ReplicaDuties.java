package io.shoal.storage.heartbeat;

import io.shoal.storage.transfer.Replicas;
import io.shoal.storage.trash.UnknownChunks;

/**
 * What a node does about its replicas beside serving them.
 *
 * @param work carries out the leader's orders
 * @param suspicions chunks that the leader has to hear of
 * @param audit chunks that the leader has to be asked about once more
 * @param unknown does away with chunks that the leader does not know
 */
public record ReplicaDuties(
    Replicas work, Suspicions suspicions, Audit audit, UnknownChunks unknown) {}
