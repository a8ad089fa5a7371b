/**
 * What the cluster knows of itself: the log clock, counters and settings, storage nodes, signing
 * keys and client sessions. Start with {@link io.shoal.metadata.cluster.ClusterQueries} for reads
 * and {@link io.shoal.metadata.cluster.SystemTable} for the rows. Everything here is stateless or
 * an immutable value; whoever hands in the reader or writer owns it.
 */
@NullMarked
package io.shoal.metadata.cluster;

import org.jspecify.annotations.NullMarked;
