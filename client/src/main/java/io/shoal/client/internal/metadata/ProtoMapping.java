package io.shoal.client.internal.metadata;

import com.google.protobuf.ByteString;
import io.shoal.client.AttributeChange;
import io.shoal.client.ClusterHealth;
import io.shoal.client.ClusterStatus;
import io.shoal.client.DirectoryEntry;
import io.shoal.client.FileLayout.ExtentLocation;
import io.shoal.client.FileLayout.ReplicaLocation;
import io.shoal.client.FilePolicy;
import io.shoal.client.FileStatus;
import io.shoal.client.FileType;
import io.shoal.client.MetadataServerAddress;
import io.shoal.client.NodeStatus;
import io.shoal.client.NodeStatus.Liveness;
import io.shoal.client.NodeStatus.VolumeStatus;
import io.shoal.client.ReadConsistency;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.policy.AckLevel;
import io.shoal.common.rpc.HostPort;
import io.shoal.proto.v1.Attributes;
import io.shoal.proto.v1.ChunkLocation;
import io.shoal.proto.v1.DescribeClusterReply;
import io.shoal.proto.v1.DescribeHealthReply;
import io.shoal.proto.v1.Extent;
import io.shoal.proto.v1.ExtentsReply;
import io.shoal.proto.v1.InodeVersion;
import io.shoal.proto.v1.MaintenanceDescription;
import io.shoal.proto.v1.NodeAddress;
import io.shoal.proto.v1.NodeDescription;
import io.shoal.proto.v1.NodeLiveness;
import io.shoal.proto.v1.NodeState;
import io.shoal.proto.v1.NodeUpkeep;
import io.shoal.proto.v1.Precondition;
import io.shoal.proto.v1.ScrubProgress;
import io.shoal.proto.v1.Target;
import io.shoal.proto.v1.VolumeHealth;
import io.shoal.proto.v1.VolumeReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The one place where messages become records of the public API, and the other way round. */
public final class ProtoMapping {
  private ProtoMapping() {}

  static io.shoal.proto.v1.ReadConsistency consistencyOf(ReadConsistency consistency) {
    return switch (consistency) {
      case LINEARIZABLE -> io.shoal.proto.v1.ReadConsistency.READ_CONSISTENCY_LINEARIZABLE;
      case LEASE -> io.shoal.proto.v1.ReadConsistency.READ_CONSISTENCY_LEASE;
      case FOLLOWER -> io.shoal.proto.v1.ReadConsistency.READ_CONSISTENCY_FOLLOWER;
      case STALE -> io.shoal.proto.v1.ReadConsistency.READ_CONSISTENCY_STALE;
    };
  }

  // -------------------------------------------------------------------------------- to messages

  /** Returns the message of a policy. */
  public static io.shoal.proto.v1.FilePolicy toProto(FilePolicy policy) {
    return io.shoal.proto.v1.FilePolicy.newBuilder()
        .setReplication(policy.replication())
        .setMinReplicas(policy.minReplicas())
        .setChunkSizeBytes(policy.chunkSizeBytes())
        .setAckLevelValue(policy.ackLevel().number())
        .build();
  }

  /** Returns the message of a change of attributes. */
  public static Attributes toProto(AttributeChange change) {
    Attributes.Builder message = Attributes.newBuilder();
    change.mode().ifPresent(message::setMode);
    change.owner().ifPresent(message::setOwner);
    change.group().ifPresent(message::setGroup);
    change.modifiedAt().ifPresent(time -> message.setModifiedAtMillis(time.toEpochMilli()));
    change
        .setXattrs()
        .forEach((name, value) -> message.putSetXattrs(name, ByteString.copyFrom(value)));
    message.addAllRemoveXattrs(change.removeXattrs());
    return message.build();
  }

  /** Returns what names a file or directory by its path. */
  public static Target targetOf(String path) {
    return Target.newBuilder().setPath(path).build();
  }

  /** Returns what must hold of a path for a file to be put there. */
  public static Precondition precondition(boolean overwrite) {
    return overwrite
        ? Precondition.newBuilder().setAny(true).build()
        : Precondition.newBuilder().setAbsent(true).build();
  }

  /** Returns the content that a status tells of. */
  public static InodeVersion versionOf(io.shoal.proto.v1.FileStatus status) {
    return InodeVersion.newBuilder()
        .setInodeId(status.getInodeId())
        .setGeneration(status.getGeneration())
        .build();
  }

  // ------------------------------------------------------------------------------ from messages

  /**
   * Returns the status of a file or directory.
   *
   * @param path by which it was asked for
   */
  public static FileStatus statusOf(String path, io.shoal.proto.v1.FileStatus message) {
    return new FileStatus(
        path,
        message.getInodeId(),
        typeOf(path, message.getType()),
        message.getLength(),
        message.getGeneration(),
        message.getMode(),
        message.getOwner(),
        message.getGroup(),
        Instant.ofEpochMilli(message.getCreatedAtMillis()),
        Instant.ofEpochMilli(message.getModifiedAtMillis()),
        policyOf(message.getPolicy()),
        xattrsOf(message.getXattrsMap()));
  }

  private static FileType typeOf(String path, io.shoal.proto.v1.FileType type) {
    return switch (type) {
      case FILE_TYPE_FILE -> FileType.FILE;
      case FILE_TYPE_DIRECTORY -> FileType.DIRECTORY;
      case FILE_TYPE_UNSPECIFIED, UNRECOGNIZED ->
          throw new ShoalException(
              ErrorCode.UNSUPPORTED, path, "is neither a file nor a directory: " + type);
    };
  }

  /** Returns the policy that a message describes. */
  public static FilePolicy policyOf(io.shoal.proto.v1.FilePolicy message) {
    return new FilePolicy(
        message.getReplication(),
        message.getMinReplicas(),
        message.getChunkSizeBytes(),
        AckLevel.ofNumber(message.getAckLevelValue()));
  }

  private static Map<String, byte[]> xattrsOf(Map<String, ByteString> message) {
    if (message.isEmpty()) {
      return Map.of();
    }
    Map<String, byte[]> xattrs = new HashMap<>();
    message.forEach((name, value) -> xattrs.put(name, value.toByteArray()));
    return xattrs;
  }

  /**
   * Returns an entry of a directory that was listed with status.
   *
   * @param directory path of the directory
   */
  public static DirectoryEntry entryOf(String directory, io.shoal.proto.v1.DirectoryEntry message) {
    String name = message.getName();
    return new DirectoryEntry(
        name, statusOf(RemotePath.child(directory, name), message.getStatus()));
  }

  /** Returns the rows of a page of a file's map, with the replicas of their chunks. */
  public static List<ExtentLocation> extentsOf(ExtentsReply page) {
    Map<Integer, String> addresses = new HashMap<>();
    for (NodeAddress node : page.getNodesList()) {
      addresses.put(node.getNodeId(), addressOf(node));
    }
    Map<Long, ChunkLocation> chunks = new HashMap<>();
    page.getChunksList().forEach(chunk -> chunks.put(chunk.getChunkId(), chunk));
    List<ExtentLocation> rows = new ArrayList<>(page.getExtentsCount());
    for (Extent extent : page.getExtentsList()) {
      ChunkLocation chunk =
          chunks.getOrDefault(extent.getChunkId(), ChunkLocation.getDefaultInstance());
      rows.add(
          new ExtentLocation(
              extent.getFileOffset(),
              extent.getLength(),
              extent.getChunkId(),
              extent.getChunkOffset(),
              chunk.getSealed(),
              chunk.getCounted(),
              chunk.getReplication(),
              chunk.getLost(),
              chunk.getLeaving(),
              chunk.getDamaged(),
              replicasOf(chunk, addresses)));
    }
    return rows;
  }

  private static List<ReplicaLocation> replicasOf(
      ChunkLocation chunk, Map<Integer, String> addresses) {
    return chunk.getReplicasList().stream()
        .map(
            replica ->
                new ReplicaLocation(
                    replica.getNodeId(),
                    replica.getVolumeId(),
                    addresses.getOrDefault(replica.getNodeId(), "")))
        .toList();
  }

  /** Returns the status of a cluster. */
  public static ClusterStatus clusterOf(DescribeClusterReply message) {
    return new ClusterStatus(
        message.getClusterId(),
        message.getVersion(),
        new FilePolicy(
            message.getReplication(), message.getMinReplicas(), message.getChunkSizeBytes()),
        message.getInodeCount(),
        message.getChunkCount());
  }

  /** Returns the status of a storage node. */
  public static NodeStatus nodeOf(NodeDescription message) {
    NodeAddress address = message.getAddress();
    Optional<Duration> silentFor =
        message.getSilentMillis() < 0
            ? Optional.empty()
            : Optional.of(Duration.ofMillis(message.getSilentMillis()));
    return new NodeStatus(
        address.getNodeId(),
        addressOf(address),
        address.getFailureDomain(),
        livenessOf(address.getLiveness()),
        stateOf(message.getState()),
        maintenanceOf(message),
        message.getVersion(),
        silentFor,
        message.getPendingWriteBytes(),
        message.getReplicaCount(),
        message.getVolumesList().stream().map(ProtoMapping::volumeOf).toList(),
        upkeepOf(message.getUpkeep()));
  }

  private static NodeStatus.Upkeep upkeepOf(NodeUpkeep message) {
    ScrubProgress scrub = message.getScrub();
    return new NodeStatus.Upkeep(
        message.getTrashChunks(),
        message.getTrashBytes(),
        message.getUnknownChunks(),
        message.getBrakeOn(),
        message.getBrakeSinceMillis(),
        new NodeStatus.Scrub(
            scrub.getPassBytes(),
            scrub.getPassOfBytes(),
            scrub.getPassDamaged(),
            scrub.getLastEndedAtMillis() == 0
                ? Optional.empty()
                : Optional.of(Instant.ofEpochMilli(scrub.getLastEndedAtMillis())),
            scrub.getLastDamaged()));
  }

  /** Returns the health of a cluster. */
  public static ClusterHealth healthOf(DescribeHealthReply message) {
    return new ClusterHealth(
        message.getMissingChunks(),
        message.getUnderReplicatedChunks(),
        message.getSurplusChunks(),
        message.getComplete(),
        message.getSafeMode().getOn(),
        message.getSafeMode().getHeardNodes(),
        message.getSafeMode().getExpectedNodes());
  }

  private static NodeStatus.State stateOf(NodeState state) {
    return switch (state) {
      // A server that does not say it has no other.
      case NODE_STATE_ACTIVE, NODE_STATE_UNSPECIFIED, UNRECOGNIZED -> NodeStatus.State.ACTIVE;
      case NODE_STATE_DECOMMISSIONING -> NodeStatus.State.DECOMMISSIONING;
      case NODE_STATE_DECOMMISSIONED -> NodeStatus.State.DECOMMISSIONED;
      case NODE_STATE_MAINTENANCE -> NodeStatus.State.MAINTENANCE;
    };
  }

  private static Optional<NodeStatus.Maintenance> maintenanceOf(NodeDescription node) {
    MaintenanceDescription message = node.getMaintenance();
    return node.hasMaintenance()
        ? Optional.of(
            new NodeStatus.Maintenance(
                Duration.ofMillis(message.getLeftMillis()),
                message.getReady(),
                message.getUnprotectedChunks(),
                message.getFailingChunks()))
        : Optional.empty();
  }

  /** Returns a state as a request has it. */
  public static io.shoal.proto.v1.MetadataServerAddress toProto(MetadataServerAddress server) {
    return io.shoal.proto.v1.MetadataServerAddress.newBuilder()
        .setId(server.id())
        .setHost(server.host())
        .setPort(server.port())
        .setRaftPort(server.raftPort())
        .build();
  }

  /** Maps the state of a node. */
  public static NodeState toProto(NodeStatus.State state) {
    return switch (state) {
      case ACTIVE -> NodeState.NODE_STATE_ACTIVE;
      case DECOMMISSIONING -> NodeState.NODE_STATE_DECOMMISSIONING;
      case DECOMMISSIONED -> NodeState.NODE_STATE_DECOMMISSIONED;
      case MAINTENANCE -> NodeState.NODE_STATE_MAINTENANCE;
    };
  }

  private static String addressOf(NodeAddress node) {
    return new HostPort(node.getHost(), node.getPort()).toString();
  }

  private static Liveness livenessOf(NodeLiveness liveness) {
    return switch (liveness) {
      case NODE_LIVENESS_ALIVE -> Liveness.ALIVE;
      case NODE_LIVENESS_DEAD -> Liveness.DEAD;
      // What this version does not know is nothing to count on.
      case NODE_LIVENESS_SUSPECT, NODE_LIVENESS_UNSPECIFIED, UNRECOGNIZED -> Liveness.SUSPECT;
    };
  }

  private static VolumeStatus volumeOf(VolumeReport message) {
    return new VolumeStatus(
        message.getVolumeId(),
        message.getDirectory(),
        message.getCapacityBytes(),
        message.getAvailableBytes(),
        message.getUsedBytes(),
        message.getChunkCount(),
        healthOf(message.getHealth()),
        message.getFenceReason());
  }

  private static String healthOf(VolumeHealth health) {
    return switch (health) {
      case VOLUME_HEALTH_HEALTHY -> "healthy";
      case VOLUME_HEALTH_FULL -> "full";
      case VOLUME_HEALTH_FENCED -> "fenced";
      case VOLUME_HEALTH_OFFLINE -> "offline";
      case VOLUME_HEALTH_UNSPECIFIED, UNRECOGNIZED -> "unknown";
    };
  }
}
