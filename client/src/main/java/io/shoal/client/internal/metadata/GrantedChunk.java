package io.shoal.client.internal.metadata;

import io.shoal.common.grant.SignedGrant;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.time.TimeSource;
import java.util.List;

/**
 * A new chunk that may be written once, under its grant.
 *
 * @param session the only one whose commits may name the chunk
 * @param nodes where its replicas go, in the order of their positions
 * @param lengthLimitBytes most bytes that it may ever have
 * @param requestedAtNanos when the grant was asked for, on the client's monotonic clock
 * @param usableUntilNanos half of the grant's life, on the client's monotonic clock: then its
 *     writer seals it and takes another one (rule G3)
 * @param grant as it came, to be handed to nodes and commits
 */
public record GrantedChunk(
    ChunkId id,
    SessionId session,
    List<Node> nodes,
    int lengthLimitBytes,
    long requestedAtNanos,
    long usableUntilNanos,
    SignedGrant grant) {
  public GrantedChunk {
    nodes = List.copyOf(nodes);
  }

  /** Tells whether its writer must seal it now. */
  public boolean usedUp(TimeSource time) {
    return time.nanoTime() - usableUntilNanos >= 0;
  }

  /** A node that the grant names, and where its chunk service listens. */
  public record Node(NodeId id, HostPort address) {}
}
