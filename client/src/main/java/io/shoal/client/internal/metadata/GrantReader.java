package io.shoal.client.internal.metadata;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.GrantTerms;
import io.shoal.common.grant.SignedGrant;
import io.shoal.common.id.NodeId;
import io.shoal.common.rpc.HostPort;
import io.shoal.proto.v1.Grant;
import io.shoal.proto.v1.NodeAddress;
import io.shoal.proto.v1.ReserveChunksReply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Reads grants as they come from the metadata server. */
final class GrantReader {
  private GrantReader() {}

  /**
   * Reads a reply.
   *
   * @param requestedAtNanos when the grants were asked for: their life counts from there
   * @throws ShoalException {@link ErrorCode#INTERNAL} or {@link ErrorCode#GRANT_INVALID} if it is
   *     malformed
   */
  static List<GrantedChunk> read(ReserveChunksReply reply, long requestedAtNanos) {
    Map<NodeId, HostPort> addresses = new HashMap<>();
    for (NodeAddress node : reply.getNodesList()) {
      addresses.put(new NodeId(node.getNodeId()), new HostPort(node.getHost(), node.getPort()));
    }
    List<GrantedChunk> chunks = new ArrayList<>(reply.getGrantsCount());
    for (Grant grant : reply.getGrantsList()) {
      chunks.add(read(SignedGrant.of(grant), addresses, requestedAtNanos));
    }
    return chunks;
  }

  private static GrantedChunk read(
      SignedGrant grant, Map<NodeId, HostPort> addresses, long requestedAtNanos) {
    GrantTerms terms = grant.terms();
    List<GrantedChunk.Node> nodes = new ArrayList<>(terms.nodeIds().size());
    for (NodeId id : terms.nodeIds()) {
      HostPort address = addresses.get(id);
      if (address == null) {
        throw new ShoalException(
            ErrorCode.INTERNAL,
            "node " + id,
            "named by the grant for chunk " + terms.chunkId() + ", but its address did not come");
      }
      nodes.add(new GrantedChunk.Node(id, address));
    }
    // Rule G3: by the client's own monotonic clock, since the request.
    long halfLife = TimeUnit.MILLISECONDS.toNanos(terms.lifetimeMillis()) / 2;
    return new GrantedChunk(
        terms.chunkId(),
        terms.sessionId(),
        nodes,
        terms.lengthLimitBytes(),
        requestedAtNanos,
        requestedAtNanos + halfLife,
        grant);
  }
}
