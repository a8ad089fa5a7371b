package io.shoal.metadata.rpc.namespace;

import com.google.protobuf.UnsafeByteOperations;
import io.shoal.metadata.chunk.ChunkLocation;
import io.shoal.metadata.chunk.Replica;
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.FilePolicy;
import io.shoal.metadata.namespace.FileStatus;
import io.shoal.proto.v1.FileType;
import io.shoal.proto.v1.Layout;

/** Writes the values of the state as messages. */
final class ProtoWriter {
  private ProtoWriter() {}

  static io.shoal.proto.v1.FileStatus status(FileStatus status) {
    io.shoal.proto.v1.FileStatus.Builder message =
        io.shoal.proto.v1.FileStatus.newBuilder()
            .setInodeId(status.inodeId().value())
            .setType(type(status.type()))
            .setLength(status.length())
            .setGeneration(status.generation())
            .setMode(status.ownership().mode())
            .setOwner(status.ownership().owner())
            .setGroup(status.ownership().group())
            .setCreatedAtMillis(status.times().createdAtMillis())
            .setModifiedAtMillis(status.times().modifiedAtMillis());
    if (status.type() == io.shoal.metadata.namespace.FileType.FILE) {
      message.setPolicy(policy(status.policy()));
    }
    status
        .xattrs()
        .forEach(
            (name, value) ->
                message.putXattrs(name, UnsafeByteOperations.unsafeWrap(value.toByteArray())));
    return message.build();
  }

  static FileType type(io.shoal.metadata.namespace.FileType type) {
    return switch (type) {
      case FILE -> FileType.FILE_TYPE_FILE;
      case DIRECTORY -> FileType.FILE_TYPE_DIRECTORY;
    };
  }

  private static io.shoal.proto.v1.FilePolicy policy(FilePolicy policy) {
    return io.shoal.proto.v1.FilePolicy.newBuilder()
        .setReplication(policy.replication())
        .setMinReplicas(policy.minReplicas())
        .setChunkSizeBytes(policy.chunkSizeBytes())
        .setAckLevelValue(policy.ackLevel().number())
        .build();
  }

  static io.shoal.proto.v1.Extent extent(Extent extent) {
    return io.shoal.proto.v1.Extent.newBuilder()
        .setFileOffset(extent.fileOffset())
        .setLength(extent.length())
        .setChunkId(extent.chunkId().value())
        .setChunkOffset(extent.chunkOffset())
        .build();
  }

  static io.shoal.proto.v1.ChunkLocation location(ChunkLocation location) {
    io.shoal.proto.v1.ChunkLocation.Builder message =
        io.shoal.proto.v1.ChunkLocation.newBuilder()
            .setChunkId(location.chunkId().value())
            .setLength(location.length())
            .setLayout(layout(location.layout()))
            .setReplication(location.replication())
            .setCounted(location.counted())
            .setLost(location.lost())
            .setLeaving(location.leaving())
            .setDamaged(location.damaged())
            .setSealed(location.sealed());
    for (Replica replica : location.replicas()) {
      message.addReplicas(
          io.shoal.proto.v1.Replica.newBuilder()
              .setNodeId(replica.nodeId().value())
              .setVolumeId(replica.volume()));
    }
    return message.build();
  }

  private static Layout layout(io.shoal.metadata.chunk.Layout layout) {
    return switch (layout) {
      case REPLICATED -> Layout.LAYOUT_REPLICATED;
    };
  }
}
