/**
 * Writes files: cuts a stream of bytes into frames and chunks, sends every frame to all nodes of a
 * chunk's grant, and commits what is durable. Start with {@link
 * io.shoal.client.internal.write.FileWriter}; beneath it {@code ChunkChain} keeps the chunks of the
 * file that are under way, {@code ChunkWriter} is one of them, {@code ReplicaWriter} its stream to
 * one node, and {@code FileCommits} speaks to the metadata servers.
 *
 * <p>Everything of one file belongs to one shard: what comes from event loops, timers and callers
 * is sent there first. {@link io.shoal.client.internal.write.WriteBudget} is shared by all files
 * and thread-safe.
 */
@NullMarked
package io.shoal.client.internal.write;

import org.jspecify.annotations.NullMarked;
