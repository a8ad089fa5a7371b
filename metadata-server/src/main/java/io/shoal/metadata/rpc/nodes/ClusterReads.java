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
import io.shoal.metadata.liveness.NodeUpkeep;
import io.shoal.metadata.liveness.SafeMode;
import io.shoal.metadata.liveness.VolumeReport;
import io.shoal.metadata.namespace.PathNames;
import io.shoal.metadata.repair.NodeAbsence;
import io.shoal.metadata.repair.Repair;
import io.shoal.metadata.rpc.serving.NodeAddresses;
import io.shoal.metadata.rpc.serving.ServiceLimits;
import io.shoal.metadata.store.StateView;
import io.shoal.proto.v1.DescribeClusterReply;
import io.shoal.proto.v1.DescribeHealthReply;
import io.shoal.proto.v1.ListNodesReply;
import io.shoal.proto.v1.MaintenanceDescription;
import io.shoal.proto.v1.NodeDescription;
import io.shoal.proto.v1.NodeState;
import io.shoal.proto.v1.ScrubProgress;
import io.shoal.proto.v1.VolumeHealth;

/** Describes the cluster: what the state says, and what the leader knows beside it. */
final class ClusterReads {
  /** Chunks that are counted of each kind: a second's work. */
  private static final long HEALTH_LIMIT = 1_000_000;

  private final String version;
  private final NodeLiveness liveness;
  private final NodeAddresses addresses;
  private final Repair repair;

  ClusterReads(String version, NodeLiveness liveness, Repair repair) {
    this.version = version;
    this.liveness = liveness;
    this.repair = repair;
    this.addresses = new NodeAddresses(liveness, () -> true);
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
      NodeDescription.Builder description = describe(node, cluster.replicaCount(node.nodeId()));
      if (node.inMaintenance()) {
        description.setMaintenance(maintenance(node, cluster.nowMillis()));
      }
      reply.addNodes(description);
    }
    return reply.build();
  }

  DescribeHealthReply health(StateView view) {
    ChunkHealth health = new ChunkQueries(view).health(HEALTH_LIMIT);
    SafeMode.State safeMode = liveness.safeMode().state();
    return DescribeHealthReply.newBuilder()
        .setMissingChunks(health.missing())
        .setUnderReplicatedChunks(health.under())
        .setSurplusChunks(health.surplus())
        .setComplete(health.complete())
        .setSafeMode(
            io.shoal.proto.v1.SafeMode.newBuilder()
                .setOn(safeMode.on())
                .setHeardNodes(safeMode.heard())
                .setExpectedNodes(safeMode.expected()))
        .build();
  }

  private static NodeState stateOf(NodeRecord node) {
    return switch (node.adminState()) {
      case ACTIVE -> NodeState.NODE_STATE_ACTIVE;
      case DECOMMISSIONING -> NodeState.NODE_STATE_DECOMMISSIONING;
      case DECOMMISSIONED -> NodeState.NODE_STATE_DECOMMISSIONED;
      case MAINTENANCE -> NodeState.NODE_STATE_MAINTENANCE;
    };
  }

  private MaintenanceDescription maintenance(NodeRecord node, long nowMillis) {
    MaintenanceDescription.Builder maintenance =
        MaintenanceDescription.newBuilder()
            .setLeftMillis(Math.max(0, node.maintenanceEndMillis() - nowMillis));
    NodeAbsence absence = repair.absences().get(node.nodeId());
    // What was found out for another maintenance says nothing about this one.
    if (absence != null && absence.endMillis() == node.maintenanceEndMillis()) {
      maintenance
          .setReady(absence.ready())
          .setUnprotectedChunks(absence.unprotected())
          .setFailingChunks(absence.failing());
    }
    return maintenance.build();
  }

  private NodeDescription.Builder describe(NodeRecord node, long replicas) {
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
          .setPendingWriteBytes(report.pendingWriteBytes())
          .setUpkeep(upkeep(report.upkeep()));
      report.volumes().forEach(volume -> description.addVolumes(volume(volume)));
    }
    return description;
  }

  private static io.shoal.proto.v1.NodeUpkeep upkeep(NodeUpkeep upkeep) {
    NodeUpkeep.Scrub scrub = upkeep.scrub();
    return io.shoal.proto.v1.NodeUpkeep.newBuilder()
        .setTrashChunks(upkeep.trashChunks())
        .setTrashBytes(upkeep.trashBytes())
        .setUnknownChunks(upkeep.unknownChunks())
        .setBrakeOn(upkeep.brakeOn())
        .setBrakeSinceMillis(upkeep.brakeSinceMillis())
        .setScrub(
            ScrubProgress.newBuilder()
                .setPassBytes(scrub.passBytes())
                .setPassOfBytes(scrub.passOfBytes())
                .setPassDamaged(scrub.passDamaged())
                .setLastEndedAtMillis(scrub.lastEndedAtMillis())
                .setLastDamaged(scrub.lastDamaged()))
        .build();
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
