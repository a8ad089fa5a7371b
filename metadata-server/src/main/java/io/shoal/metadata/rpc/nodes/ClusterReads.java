package io.shoal.metadata.rpc.nodes;

import io.shoal.metadata.chunk.ChunkHealth;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.cluster.ClusterIdentity;
import io.shoal.metadata.cluster.ClusterQueries;
import io.shoal.metadata.cluster.ClusterSettings;
import io.shoal.metadata.cluster.Counter;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.liveness.NodeLiveness;
import io.shoal.metadata.liveness.NodeReport;
import io.shoal.metadata.liveness.VolumeReport;
import io.shoal.metadata.namespace.PathNames;
import io.shoal.metadata.rpc.serving.NodeAddresses;
import io.shoal.metadata.rpc.serving.ServiceLimits;
import io.shoal.metadata.store.StateView;
import io.shoal.proto.v1.DescribeClusterReply;
import io.shoal.proto.v1.DescribeHealthReply;
import io.shoal.proto.v1.ListNodesReply;
import io.shoal.proto.v1.NodeDescription;
import io.shoal.proto.v1.NodeState;
import io.shoal.proto.v1.VolumeHealth;

/** Describes the cluster: what the state says, and what the leader knows beside it. */
final class ClusterReads {
  /** Chunks that are counted of each kind: a second's work. */
  private static final long HEALTH_LIMIT = 1_000_000;

  private final String version;
  private final NodeLiveness liveness;
  private final NodeAddresses addresses;

  ClusterReads(String version, NodeLiveness liveness) {
    this.version = version;
    this.liveness = liveness;
    this.addresses = new NodeAddresses(liveness);
  }

  DescribeClusterReply describe(StateView view) {
    ClusterQueries cluster = new ClusterQueries(view);
    ClusterSettings settings = cluster.settings();
    ClusterIdentity identity = cluster.identity();
    return DescribeClusterReply.newBuilder()
        .setClusterId(identity == null ? "" : identity.clusterId())
        .setVersion(version)
        .setReplication(settings.replication())
        .setMinReplicas(settings.minReplicas())
        .setChunkSizeBytes(settings.chunkSizeBytes())
        .setCommandLimitBytes(ServiceLimits.COMMAND_LIMIT_BYTES)
        .setPathLimitBytes(PathNames.PATH_LIMIT_BYTES)
        .setNowMillis(cluster.nowMillis())
        .setInodeCount(cluster.count(Counter.INODES))
        .setChunkCount(cluster.count(Counter.CHUNKS))
        .build();
  }

  ListNodesReply nodes(StateView view) {
    ClusterQueries cluster = new ClusterQueries(view);
    ListNodesReply.Builder reply = ListNodesReply.newBuilder();
    for (NodeRecord node : cluster.nodes()) {
      reply.addNodes(describe(node, cluster.replicaCount(node.nodeId())));
    }
    return reply.build();
  }

  DescribeHealthReply health(StateView view) {
    ChunkHealth health = new ChunkQueries(view).health(HEALTH_LIMIT);
    return DescribeHealthReply.newBuilder()
        .setMissingChunks(health.missing())
        .setUnderReplicatedChunks(health.under())
        .setSurplusChunks(health.surplus())
        .setComplete(health.complete())
        .build();
  }

  private static NodeState stateOf(NodeRecord node) {
    return switch (node.adminState()) {
      case ACTIVE -> NodeState.NODE_STATE_ACTIVE;
      case DECOMMISSIONING -> NodeState.NODE_STATE_DECOMMISSIONING;
      case DECOMMISSIONED -> NodeState.NODE_STATE_DECOMMISSIONED;
    };
  }

  private NodeDescription describe(NodeRecord node, long replicas) {
    NodeDescription.Builder description =
        NodeDescription.newBuilder()
            .setAddress(addresses.of(node))
            .setVersion(node.description().version())
            .setSilentMillis(liveness.silentMillis(node.nodeId()))
            .setReplicaCount(replicas)
            .setState(stateOf(node));
    NodeReport report = liveness.report(node.nodeId());
    if (report != null) {
      description
          .setWriteStreams(report.writeStreams())
          .setReadStreams(report.readStreams())
          .setPendingWriteBytes(report.pendingWriteBytes());
      report.volumes().forEach(volume -> description.addVolumes(volume(volume)));
    }
    return description.build();
  }

  private static io.shoal.proto.v1.VolumeReport volume(VolumeReport volume) {
    return io.shoal.proto.v1.VolumeReport.newBuilder()
        .setVolumeId(volume.volume())
        .setDirectory(volume.directory())
        .setCapacityBytes(volume.capacityBytes())
        .setAvailableBytes(volume.availableBytes())
        .setUsedBytes(volume.usedBytes())
        .setChunkCount(volume.chunkCount())
        .setHealth(health(volume.health()))
        .setFenceReason(volume.fenceReason())
        .build();
  }

  private static VolumeHealth health(io.shoal.metadata.liveness.VolumeHealth health) {
    return switch (health) {
      case HEALTHY -> VolumeHealth.VOLUME_HEALTH_HEALTHY;
      case FULL -> VolumeHealth.VOLUME_HEALTH_FULL;
      case FENCED -> VolumeHealth.VOLUME_HEALTH_FENCED;
      case OFFLINE -> VolumeHealth.VOLUME_HEALTH_OFFLINE;
    };
  }
}
