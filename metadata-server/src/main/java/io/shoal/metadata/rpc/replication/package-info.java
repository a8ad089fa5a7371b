/**
 * What metadata servers say to each other beside the log: a server that is far behind fetches a
 * snapshot ({@link io.shoal.metadata.rpc.replication.SnapshotFetcher}) from one that has it ({@link
 * io.shoal.metadata.rpc.replication.ReplicationRpc}).
 */
@NullMarked
package io.shoal.metadata.rpc.replication;

import org.jspecify.annotations.NullMarked;
