/**
 * Which storage nodes can be counted on. {@link io.shoal.metadata.liveness.NodeLiveness} is where
 * to start: it remembers the last heartbeat of each node and judges a node by its age. It is soft
 * state of the leader, thread-safe and owned by nobody in particular: empty after a failover and
 * filled again by the next heartbeats.
 */
@NullMarked
package io.shoal.metadata.liveness;

import org.jspecify.annotations.NullMarked;
