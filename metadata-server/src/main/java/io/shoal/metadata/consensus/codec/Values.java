package io.shoal.metadata.consensus.codec;

import com.google.protobuf.ByteString;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.InodeId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.common.policy.AckLevel;
import io.shoal.metadata.chunk.ChunkCommit;
import io.shoal.metadata.chunk.ChunkGrant;
import io.shoal.metadata.chunk.Layout;
import io.shoal.metadata.chunk.Replica;
import io.shoal.metadata.namespace.Attributes;
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.FilePolicy;
import io.shoal.metadata.namespace.FileStatus;
import io.shoal.metadata.namespace.FileType;
import io.shoal.metadata.namespace.InodeVersion;
import io.shoal.metadata.namespace.Precondition;
import io.shoal.metadata.namespace.Target;
import io.shoal.metadata.row.Bytes;
import io.shoal.proto.log.v1.AttributesValue;
import io.shoal.proto.log.v1.ChunkCommitValue;
import io.shoal.proto.log.v1.ExtentValue;
import io.shoal.proto.log.v1.GrantValue;
import io.shoal.proto.log.v1.InodeVersionValue;
import io.shoal.proto.log.v1.PolicyValue;
import io.shoal.proto.log.v1.PreconditionValue;
import io.shoal.proto.log.v1.ReplicaValue;
import io.shoal.proto.log.v1.StatusValue;
import io.shoal.proto.log.v1.TargetValue;
import io.shoal.proto.log.v1.XattrValue;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** The values that commands and replies are made of. */
final class Values {
  private Values() {}

  static AttributesValue encode(Attributes attributes) {
    AttributesValue.Builder value =
        AttributesValue.newBuilder()
            .addAllSetXattrs(encode(attributes.setXattrs()))
            .addAllRemoveXattrs(attributes.removeXattrs());
    Integer mode = attributes.mode();
    if (mode != null) {
      value.setMode(mode);
    }
    String owner = attributes.owner();
    if (owner != null) {
      value.setOwner(owner);
    }
    String group = attributes.group();
    if (group != null) {
      value.setGroup(group);
    }
    Long modifiedAtMillis = attributes.modifiedAtMillis();
    if (modifiedAtMillis != null) {
      value.setModifiedAtMillis(modifiedAtMillis);
    }
    return value.build();
  }

  static Attributes decode(AttributesValue value) {
    return new Attributes(
        value.hasMode() ? value.getMode() : null,
        value.hasOwner() ? value.getOwner() : null,
        value.hasGroup() ? value.getGroup() : null,
        value.hasModifiedAtMillis() ? value.getModifiedAtMillis() : null,
        xattrs(value.getSetXattrsList()),
        new TreeSet<>(value.getRemoveXattrsList()));
  }

  private static List<XattrValue> encode(SortedMap<String, Bytes> xattrs) {
    return xattrs.entrySet().stream().map(Values::encode).toList();
  }

  private static XattrValue encode(Map.Entry<String, Bytes> xattr) {
    return XattrValue.newBuilder()
        .setName(xattr.getKey())
        .setValue(encode(xattr.getValue()))
        .build();
  }

  private static SortedMap<String, Bytes> xattrs(List<XattrValue> values) {
    SortedMap<String, Bytes> xattrs = new TreeMap<>();
    values.forEach(value -> xattrs.put(value.getName(), decode(value.getValue())));
    return xattrs;
  }

  static ByteString encode(Bytes bytes) {
    return ByteString.copyFrom(bytes.toByteArray());
  }

  static Bytes decode(ByteString value) {
    return Bytes.copyOf(value.toByteArray());
  }

  static PolicyValue encode(FilePolicy policy) {
    return PolicyValue.newBuilder()
        .setReplication(policy.replication())
        .setMinReplicas(policy.minReplicas())
        .setChunkSizeBytes(policy.chunkSizeBytes())
        .setAckLevel(policy.ackLevel() == AckLevel.FSYNC ? 0 : policy.ackLevel().number())
        .build();
  }

  static FilePolicy decode(PolicyValue value) {
    return new FilePolicy(
        value.getReplication(),
        value.getMinReplicas(),
        value.getChunkSizeBytes(),
        AckLevel.ofNumber(value.getAckLevel()));
  }

  static InodeVersionValue encode(InodeVersion version) {
    return InodeVersionValue.newBuilder()
        .setInodeId(version.inodeId().value())
        .setGeneration(version.generation())
        .build();
  }

  static InodeVersion decode(InodeVersionValue value) {
    return new InodeVersion(new InodeId(value.getInodeId()), value.getGeneration());
  }

  static TargetValue encode(Target target) {
    TargetValue.Builder value = TargetValue.newBuilder();
    if (target instanceof Target.AtPath at) {
      value.setPath(at.path());
    } else if (target instanceof Target.OfInode of) {
      value.setInodeId(of.inodeId().value());
    }
    return value.build();
  }

  static Target decode(TargetValue value) {
    return switch (value.getTargetCase()) {
      case PATH -> new Target.AtPath(value.getPath());
      case INODE_ID -> new Target.OfInode(new InodeId(value.getInodeId()));
      case TARGET_NOT_SET -> throw new IllegalArgumentException("target: missing");
    };
  }

  static PreconditionValue encode(Precondition precondition) {
    PreconditionValue.Builder value = PreconditionValue.newBuilder();
    if (precondition instanceof Precondition.Absent) {
      value.setAbsent(true);
    } else if (precondition instanceof Precondition.Anything) {
      value.setAnything(true);
    } else if (precondition instanceof Precondition.Exactly exactly) {
      value.setExactly(encode(exactly.version()));
    }
    return value.build();
  }

  static Precondition decode(PreconditionValue value) {
    return switch (value.getConditionCase()) {
      case ABSENT -> Precondition.ABSENT;
      case ANYTHING -> Precondition.ANYTHING;
      case EXACTLY -> new Precondition.Exactly(decode(value.getExactly()));
      case CONDITION_NOT_SET -> throw new IllegalArgumentException("precondition: missing");
    };
  }

  static ExtentValue encode(Extent extent) {
    return ExtentValue.newBuilder()
        .setFileOffset(extent.fileOffset())
        .setLength(extent.length())
        .setChunkId(extent.chunkId().value())
        .setChunkOffset(extent.chunkOffset())
        .build();
  }

  static Extent decode(ExtentValue value) {
    return new Extent(
        value.getFileOffset(),
        value.getLength(),
        new ChunkId(value.getChunkId()),
        value.getChunkOffset());
  }

  static ChunkCommitValue encode(ChunkCommit commit) {
    ChunkGrant grant = commit.grant();
    ChunkCommitValue.Builder value =
        ChunkCommitValue.newBuilder()
            .setGrant(
                GrantValue.newBuilder()
                    .setChunkId(grant.chunkId().value())
                    .setSessionId(grant.sessionId().value())
                    .addAllNodeIds(grant.nodeIds().stream().map(NodeId::value).toList())
                    .setExpiresAtMillis(grant.expiresAtMillis())
                    .setLengthLimitBytes(grant.lengthLimitBytes())
                    .setLayout(grant.layout().number()))
            .setLength(commit.length())
            .setCrc32C(commit.crc32c())
            .setSeal(commit.seal());
    for (Replica replica : commit.replicas()) {
      value.addReplicas(encode(replica));
    }
    return value.build();
  }

  static ChunkCommit decode(ChunkCommitValue value) {
    GrantValue grant = value.getGrant();
    return new ChunkCommit(
        new ChunkGrant(
            new ChunkId(grant.getChunkId()),
            new SessionId(grant.getSessionId()),
            grant.getNodeIdsList().stream().map(NodeId::new).toList(),
            grant.getExpiresAtMillis(),
            grant.getLengthLimitBytes(),
            Layout.ofNumber(grant.getLayout())),
        value.getLength(),
        value.getCrc32C(),
        value.getReplicasList().stream().map(Values::decode).toList(),
        value.getSeal());
  }

  static ReplicaValue encode(Replica replica) {
    return ReplicaValue.newBuilder()
        .setNodeId(replica.nodeId().value())
        .setVolume(replica.volume())
        .build();
  }

  static Replica decode(ReplicaValue value) {
    return new Replica(new NodeId(value.getNodeId()), value.getVolume());
  }

  static StatusValue encode(FileStatus status) {
    return StatusValue.newBuilder()
        .setInodeId(status.inodeId().value())
        .setType(status.type().number())
        .setLength(status.length())
        .setGeneration(status.generation())
        .setMode(status.ownership().mode())
        .setOwner(status.ownership().owner())
        .setGroup(status.ownership().group())
        .setCreatedAtMillis(status.times().createdAtMillis())
        .setModifiedAtMillis(status.times().modifiedAtMillis())
        .setPolicy(encode(status.policy()))
        .addAllXattrs(encode(status.xattrs()))
        .build();
  }

  static FileStatus decode(StatusValue value) {
    return new FileStatus(
        new InodeId(value.getInodeId()),
        FileType.ofNumber(value.getType()),
        value.getLength(),
        value.getGeneration(),
        new FileStatus.Ownership(value.getMode(), value.getOwner(), value.getGroup()),
        new FileStatus.Times(value.getCreatedAtMillis(), value.getModifiedAtMillis()),
        decode(value.getPolicy()),
        xattrs(value.getXattrsList()));
  }
}
