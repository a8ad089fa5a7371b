package io.shoal.metadata.chunk;

import io.shoal.common.id.ChunkId;

/**
 * A chunk below its policy.
 *
 * @param replicas how many it has that count
 */
public record UnderReplicated(int replicas, ChunkId chunkId) {}
