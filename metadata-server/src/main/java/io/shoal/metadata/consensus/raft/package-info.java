/**
 * Entries through Apache Ratis, which nothing outside this package sees. Start with {@link
 * io.shoal.metadata.consensus.raft.RaftNode}, the server of this process; {@link
 * io.shoal.metadata.consensus.raft.ReplicatedStateMachine} is what Ratis calls back, its apply
 * methods always on the one updater thread. {@link io.shoal.metadata.consensus.raft.RaftProperty}
 * gives a reason for each setting that is not Ratis's own.
 */
@NullMarked
package io.shoal.metadata.consensus.raft;

import org.jspecify.annotations.NullMarked;
