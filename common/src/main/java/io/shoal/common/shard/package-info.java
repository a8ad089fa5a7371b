/**
 * The single-threaded owner of a piece of mutable state. {@link io.shoal.common.shard.Shard} runs
 * the tasks that are sent to it one at a time, in order, on a pool that many shards share. State
 * that belongs to a shard needs no locks and is touched by its tasks only; {@link
 * io.shoal.common.shard.Shard#assertInShard()} says so in the code.
 */
@NullMarked
package io.shoal.common.shard;

import org.jspecify.annotations.NullMarked;
