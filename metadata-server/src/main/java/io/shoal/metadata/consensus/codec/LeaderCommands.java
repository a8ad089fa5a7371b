package io.shoal.metadata.consensus.codec;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.cluster.ClientDescription;
import io.shoal.metadata.cluster.ClusterIdentity;
import io.shoal.metadata.cluster.ClusterSettings;
import io.shoal.metadata.cluster.NodeDescription;
import io.shoal.metadata.cluster.VolumeRecord;
import io.shoal.metadata.command.ClusterCommand;
import io.shoal.metadata.command.ClusterCommand.AllocateIds;
import io.shoal.metadata.command.ClusterCommand.ConfigureCluster;
import io.shoal.metadata.command.ClusterCommand.InitCluster;
import io.shoal.metadata.command.ClusterCommand.RegisterNode;
import io.shoal.metadata.command.ClusterCommand.RotateSigningKey;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.MaintenanceCommand.Reclaim;
import io.shoal.metadata.command.MaintenanceCommand.ReplicasDeleted;
import io.shoal.metadata.command.MaintenanceCommand.SealExpired;
import io.shoal.metadata.command.MaintenanceCommand.Tick;
import io.shoal.metadata.command.SessionCommand;
import io.shoal.metadata.command.SessionCommand.CloseSession;
import io.shoal.metadata.command.SessionCommand.OpenSession;
import io.shoal.metadata.command.SessionCommand.RenewSession;
import io.shoal.proto.log.v1.AllocateIdsCommand;
import io.shoal.proto.log.v1.CloseSessionCommand;
import io.shoal.proto.log.v1.ConfigureClusterCommand;
import io.shoal.proto.log.v1.InitClusterCommand;
import io.shoal.proto.log.v1.LoggedCommand;
import io.shoal.proto.log.v1.OpenSessionCommand;
import io.shoal.proto.log.v1.ReclaimCommand;
import io.shoal.proto.log.v1.RegisterNodeCommand;
import io.shoal.proto.log.v1.RenewSessionCommand;
import io.shoal.proto.log.v1.ReplicasDeletedCommand;
import io.shoal.proto.log.v1.RotateSigningKeyCommand;
import io.shoal.proto.log.v1.SealExpiredCommand;
import io.shoal.proto.log.v1.SettingsValue;
import io.shoal.proto.log.v1.TickCommand;
import io.shoal.proto.log.v1.VolumeValue;
import java.util.UUID;

/** The commands about sessions, the cluster and maintenance. */
final class LeaderCommands {
  private LeaderCommands() {}

  static void encode(SessionCommand command, LoggedCommand.Builder logged) {
    if (command instanceof OpenSession open) {
      logged.setOpenSession(
          OpenSessionCommand.newBuilder()
              .setClientName(open.client().name())
              .setNonce(open.nonce())
              .setOwner(open.client().owner())
              .setGroup(open.client().group()));
    } else if (command instanceof RenewSession) {
      logged.setRenewSession(RenewSessionCommand.getDefaultInstance());
    } else if (command instanceof CloseSession) {
      logged.setCloseSession(CloseSessionCommand.getDefaultInstance());
    } else {
      throw unknown(command);
    }
  }

  static SessionCommand session(LoggedCommand logged) {
    return switch (logged.getCommandCase()) {
      case OPEN_SESSION -> {
        OpenSessionCommand open = logged.getOpenSession();
        yield new OpenSession(
            new ClientDescription(open.getClientName(), open.getOwner(), open.getGroup()),
            open.getNonce());
      }
      case RENEW_SESSION -> new RenewSession();
      case CLOSE_SESSION -> new CloseSession();
      default -> throw unknown(logged);
    };
  }

  static void encode(ClusterCommand command, LoggedCommand.Builder logged) {
    if (command instanceof InitCluster init) {
      logged.setInitCluster(
          InitClusterCommand.newBuilder()
              .setClusterId(init.identity().clusterId())
              .setSpace(init.identity().space())
              .setRecoveryEpoch(init.identity().recoveryEpoch())
              .setSettings(encode(init.settings())));
    } else if (command instanceof ConfigureCluster configure) {
      logged.setConfigureCluster(
          ConfigureClusterCommand.newBuilder().setSettings(encode(configure.settings())));
    } else if (command instanceof AllocateIds allocate) {
      logged.setAllocateIds(AllocateIdsCommand.newBuilder().setCount(allocate.count()));
    } else if (command instanceof RegisterNode register) {
      logged.setRegisterNode(encode(register.description()));
    } else if (command instanceof RotateSigningKey rotate) {
      logged.setRotateSigningKey(
          RotateSigningKeyCommand.newBuilder().setSecret(Values.encode(rotate.secret())));
    } else {
      throw unknown(command);
    }
  }

  static ClusterCommand cluster(LoggedCommand logged) {
    return switch (logged.getCommandCase()) {
      case INIT_CLUSTER -> {
        InitClusterCommand init = logged.getInitCluster();
        yield new InitCluster(
            new ClusterIdentity(init.getClusterId(), init.getSpace(), init.getRecoveryEpoch()),
            decode(init.getSettings()));
      }
      case CONFIGURE_CLUSTER ->
          new ConfigureCluster(decode(logged.getConfigureCluster().getSettings()));
      case ALLOCATE_IDS -> new AllocateIds(logged.getAllocateIds().getCount());
      case REGISTER_NODE -> new RegisterNode(decode(logged.getRegisterNode()));
      case ROTATE_SIGNING_KEY ->
          new RotateSigningKey(Values.decode(logged.getRotateSigningKey().getSecret()));
      default -> throw unknown(logged);
    };
  }

  private static SettingsValue encode(ClusterSettings settings) {
    return SettingsValue.newBuilder()
        .setReplication(settings.replication())
        .setMinReplicas(settings.minReplicas())
        .setChunkSizeBytes(settings.chunkSizeBytes())
        .setGraceMillis(settings.graceMillis())
        .setSessionLifetimeMillis(settings.sessionLifetimeMillis())
        .setGrantLifetimeMillis(settings.grantLifetimeMillis())
        .build();
  }

  private static ClusterSettings decode(SettingsValue value) {
    return new ClusterSettings(
        value.getReplication(),
        value.getMinReplicas(),
        value.getChunkSizeBytes(),
        value.getGraceMillis(),
        value.getSessionLifetimeMillis(),
        value.getGrantLifetimeMillis());
  }

  private static RegisterNodeCommand encode(NodeDescription node) {
    RegisterNodeCommand.Builder value =
        RegisterNodeCommand.newBuilder()
            .setUuidHigh(node.uuid().getMostSignificantBits())
            .setUuidLow(node.uuid().getLeastSignificantBits())
            .setHost(node.host())
            .setPort(node.port())
            .setFailureDomain(node.failureDomain())
            .setSoftwareVersion(node.version());
    for (VolumeRecord volume : node.volumes()) {
      value.addVolumes(
          VolumeValue.newBuilder()
              .setVolume(volume.volume())
              .setDirectory(volume.directory())
              .setCapacityBytes(volume.capacityBytes())
              .setFenceReason(volume.fenceReason()));
    }
    return value.build();
  }

  private static NodeDescription decode(RegisterNodeCommand value) {
    return new NodeDescription(
        new UUID(value.getUuidHigh(), value.getUuidLow()),
        value.getHost(),
        value.getPort(),
        value.getFailureDomain(),
        value.getSoftwareVersion(),
        value.getVolumesList().stream().map(LeaderCommands::decode).toList());
  }

  private static VolumeRecord decode(VolumeValue value) {
    return new VolumeRecord(
        value.getVolume(), value.getDirectory(), value.getCapacityBytes(), value.getFenceReason());
  }

  static void encode(MaintenanceCommand command, LoggedCommand.Builder logged) {
    if (command instanceof Tick tick) {
      logged.setTick(TickCommand.newBuilder().setUnitLimit(tick.unitLimit()));
    } else if (command instanceof SealExpired seal) {
      logged.setSealExpired(SealExpiredCommand.newBuilder().setUnitLimit(seal.unitLimit()));
    } else if (command instanceof Reclaim reclaim) {
      logged.setReclaim(ReclaimCommand.newBuilder().setUnitLimit(reclaim.unitLimit()));
    } else if (command instanceof ReplicasDeleted deleted) {
      logged.setReplicasDeleted(
          ReplicasDeletedCommand.newBuilder()
              .setNodeId(deleted.nodeId().value())
              .addAllChunkIds(deleted.chunkIds().stream().map(ChunkId::value).toList()));
    } else {
      throw unknown(command);
    }
  }

  static MaintenanceCommand maintenance(LoggedCommand logged) {
    return switch (logged.getCommandCase()) {
      case TICK -> new Tick(logged.getTick().getUnitLimit());
      case SEAL_EXPIRED -> new SealExpired(logged.getSealExpired().getUnitLimit());
      case RECLAIM -> new Reclaim(logged.getReclaim().getUnitLimit());
      case REPLICAS_DELETED ->
          new ReplicasDeleted(
              new NodeId(logged.getReplicasDeleted().getNodeId()),
              logged.getReplicasDeleted().getChunkIdsList().stream().map(ChunkId::new).toList());
      default -> throw unknown(logged);
    };
  }

  private static IllegalStateException unknown(Object command) {
    return new IllegalStateException("command without a form in the log: " + command.getClass());
  }

  private static IllegalArgumentException unknown(LoggedCommand logged) {
    return new IllegalArgumentException(
        "command: " + logged.getCommandCase() + " (expected: one of another family)");
  }
}
