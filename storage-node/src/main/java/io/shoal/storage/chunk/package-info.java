/**
 * The chunks of one volume: writing, reading, deleting. Start with {@link
 * io.shoal.storage.chunk.ChunkWriter} and {@link io.shoal.storage.chunk.ChunkReader}, which callers
 * see, then {@code VolumeChunks}, which holds the pieces of a volume together. A chunk that is
 * being written belongs to its own shard over the volume's write pool; reads run on the read pool;
 * index records are written by the volume's committer. No method here blocks its caller.
 */
@NullMarked
package io.shoal.storage.chunk;

import org.jspecify.annotations.NullMarked;
