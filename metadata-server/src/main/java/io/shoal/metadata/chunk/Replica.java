package io.shoal.metadata.chunk;

import io.shoal.common.id.NodeId;

/**
 * One node's copy of a chunk.
 *
 * @param volume number of the volume on the node; 0 while it is not known
 */
public record Replica(NodeId nodeId, int volume) {}
