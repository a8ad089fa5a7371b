/**
 * What a leader does without being asked: it lets the log clock go on, ends sessions, seals chunks,
 * takes removed files apart and has nodes delete garbage. Start with {@link
 * io.shoal.metadata.reclaim.Maintenance}, which runs for as long as this server leads; its shard
 * owns everything here. All that is due stands in the replicated state, so that what is forgotten
 * here costs time only.
 */
@NullMarked
package io.shoal.metadata.reclaim;

import org.jspecify.annotations.NullMarked;
