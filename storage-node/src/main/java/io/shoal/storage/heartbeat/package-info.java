/**
 * A storage node's bond with the leader: it registers, reports, and does what it is told. Start
 * with {@link io.shoal.storage.heartbeat.LeaderLink}; what the leader said last is in {@link
 * io.shoal.storage.heartbeat.Membership}, which the chunk service reads.
 */
@NullMarked
package io.shoal.storage.heartbeat;

import org.jspecify.annotations.NullMarked;
