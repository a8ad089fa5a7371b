package io.shoal.metadata.chunk;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import java.util.List;

/**
 * What a grant says, after its signature was verified. Rule G4.
 *
 * @param nodeIds the nodes that may hold the chunk, in the order of their positions
 * @param expiresAtMillis last moment of the grant on the log clock
 * @param lengthLimitBytes most bytes that the chunk may ever have
 */
public record ChunkGrant(
    ChunkId chunkId,
    SessionId sessionId,
    List<NodeId> nodeIds,
    long expiresAtMillis,
    int lengthLimitBytes,
    Layout layout) {

  public ChunkGrant {
    nodeIds = List.copyOf(nodeIds);
  }
}
