/**
 * Reads files. Start with {@link io.shoal.client.internal.read.FileReader}; {@code RangeFetch}
 * fetches a range of a file from several nodes at once, {@code RangeSubscription} streams one in
 * order, and both read chunks through {@code ChunkRangeReader}, which turns to another replica when
 * one fails. {@code ExtentMap} knows where a file's bytes are.
 *
 * <p>Every operation has a shard of its own, to which what event loops say is sent first. What
 * operations share ({@code ExtentMap}, {@code ReplicaChoice}, {@code ReadAhead}) is thread-safe.
 */
@NullMarked
package io.shoal.client.internal.read;

import org.jspecify.annotations.NullMarked;
