package io.shoal.metadata.chunk;

import io.shoal.common.id.ChunkId;

/**
 * A replica as the reverse index of its node has it.
 *
 * @param volume number of the volume on the node; 0 while it is not known
 */
public record HeldChunk(int volume, ChunkId chunkId) {}
