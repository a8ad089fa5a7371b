/**
 * What a storage node does about replicas when the leader orders it: it checks its own, and makes
 * new ones from those that other nodes have. Start with {@link io.shoal.storage.transfer.Replicas}.
 * Every operation is an object of its own, whose shard owns its state.
 */
@NullMarked
package io.shoal.storage.transfer;

import org.jspecify.annotations.NullMarked;
