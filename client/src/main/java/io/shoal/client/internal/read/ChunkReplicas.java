package io.shoal.client.internal.read;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.rpc.HostPort;
import io.shoal.proto.v1.ChunkLocation;
import io.shoal.proto.v1.Layout;
import io.shoal.proto.v1.NodeAddress;
import io.shoal.proto.v1.NodeLiveness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A chunk and the nodes that have it. */
record ChunkReplicas(ChunkId id, List<Node> nodes) {
  ChunkReplicas {
    nodes = List.copyOf(nodes);
  }

  /**
   * A node that has a replica.
   *
   * @param alive as the leader saw it, when it was asked; a server that does not lead does not
   *     know, and says nothing against it
   */
  record Node(NodeId id, HostPort address, boolean alive) {}

  /** Reads the addresses that come with locations. */
  static Map<Integer, Node> nodesOf(List<NodeAddress> messages) {
    Map<Integer, Node> nodes = new HashMap<>();
    for (NodeAddress message : messages) {
      nodes.put(
          message.getNodeId(),
          new Node(
              new NodeId(message.getNodeId()),
              new HostPort(message.getHost(), message.getPort()),
              message.getLiveness() != NodeLiveness.NODE_LIVENESS_SUSPECT
                  && message.getLiveness() != NodeLiveness.NODE_LIVENESS_DEAD));
    }
    return nodes;
  }

  /** Reads a location; replicas on nodes without an address can't be reached and are left out. */
  static ChunkReplicas of(ChunkLocation message, Map<Integer, Node> nodes) {
    ChunkId id = new ChunkId(message.getChunkId());
    if (message.getLayout() != Layout.LAYOUT_REPLICATED) {
      throw new ShoalException(
          ErrorCode.UNSUPPORTED,
          "chunk " + id,
          "layout: " + message.getLayoutValue() + " (expected: " + Layout.LAYOUT_REPLICATED + ")");
    }
    List<Node> holders = new ArrayList<>();
    message
        .getReplicasList()
        .forEach(
            replica -> {
              Node node = nodes.get(replica.getNodeId());
              if (node != null) {
                holders.add(node);
              }
            });
    return new ChunkReplicas(id, holders);
  }
}
