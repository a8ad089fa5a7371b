/**
 * The replicated log: commands go in, are made durable together, are applied in order by every
 * peer, and come back as replies. Start with {@link io.shoal.metadata.consensus.CommandLog}, then
 * {@link io.shoal.metadata.consensus.Consensus}, which wires the parts: {@code queue} forms
 * entries, {@code raft} is the only package that sees Ratis, {@code snapshot} keeps and restores
 * copies of the state. One thread appends entries, Ratis's updater thread applies them and owns the
 * state store's writer; futures are completed on an executor that is handed in.
 */
@NullMarked
package io.shoal.metadata.consensus;

import org.jspecify.annotations.NullMarked;
