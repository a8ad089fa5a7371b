/**
 * Chunks, their replicas and their life: open, sealed, garbage, tombstone. Start with {@link
 * io.shoal.metadata.chunk.ChunkTable}, which keeps a chunk's record and every index over it in
 * step, and {@link io.shoal.metadata.chunk.ChunkQueries} for reads. Everything here is stateless or
 * an immutable value; whoever hands in the reader or writer owns it.
 */
@NullMarked
package io.shoal.metadata.chunk;

import org.jspecify.annotations.NullMarked;
