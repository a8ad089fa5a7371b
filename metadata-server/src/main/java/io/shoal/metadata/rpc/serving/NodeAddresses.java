package io.shoal.metadata.rpc.serving;

import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.ChunkLocation;
import io.shoal.metadata.cluster.ClusterQueries;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.liveness.NodeLiveness;
import io.shoal.metadata.store.StateView;
import io.shoal.proto.v1.NodeAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/** Says where nodes can be reached and how they are. Thread-safe. */
public final class NodeAddresses {
  private final NodeLiveness liveness;
  private final BooleanSupplier leads;

  /**
   * Makes it over what the leader knows.
   *
   * @param leads whether this server is the one that does
   */
  public NodeAddresses(NodeLiveness liveness, BooleanSupplier leads) {
    this.liveness = liveness;
    this.leads = leads;
  }

  /** Returns the address of a node. */
  public NodeAddress of(NodeRecord node) {
    return NodeAddress.newBuilder()
        .setNodeId(node.nodeId().value())
        .setHost(node.description().host())
        .setPort(node.description().port())
        .setFailureDomain(node.description().failureDomain())
        .setLiveness(livenessOf(node))
        .build();
  }

  /** Returns the address of every node that locations name, each once. */
  public List<NodeAddress> of(Collection<ChunkLocation> locations, StateView view) {
    TreeSet<NodeId> nodeIds = new TreeSet<>();
    for (ChunkLocation location : locations) {
      location.replicas().forEach(replica -> nodeIds.add(replica.nodeId()));
    }
    ClusterQueries cluster = new ClusterQueries(view);
    List<NodeAddress> addresses = new ArrayList<>(nodeIds.size());
    for (NodeId nodeId : nodeIds) {
      NodeRecord node = cluster.node(nodeId);
      if (node != null) {
        addresses.add(of(node));
      }
    }
    return addresses;
  }

  private io.shoal.proto.v1.NodeLiveness livenessOf(NodeRecord node) {
    if (!leads.getAsBoolean()) {
      return io.shoal.proto.v1.NodeLiveness.NODE_LIVENESS_UNSPECIFIED;
    }
    return switch (liveness.of(node.nodeId())) {
      case ALIVE -> io.shoal.proto.v1.NodeLiveness.NODE_LIVENESS_ALIVE;
      case SUSPECT -> io.shoal.proto.v1.NodeLiveness.NODE_LIVENESS_SUSPECT;
      // Rule P7: a node in maintenance may be silent for longer than others.
      case DEAD ->
          node.inMaintenance()
              ? io.shoal.proto.v1.NodeLiveness.NODE_LIVENESS_SUSPECT
              : io.shoal.proto.v1.NodeLiveness.NODE_LIVENESS_DEAD;
    };
  }
}
