package io.shoal.metadata.chunk;

import io.shoal.common.id.ChunkId;

/**
 * A replica that its node is to delete.
 *
 * @param sinceMillis when that was decided, on the log clock
 */
public record GarbageChunk(long sinceMillis, ChunkId chunkId) {}
