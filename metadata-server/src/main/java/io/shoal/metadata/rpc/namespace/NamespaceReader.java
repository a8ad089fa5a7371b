package io.shoal.metadata.rpc.namespace;

import com.google.protobuf.ByteString;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.InodeId;
import io.shoal.common.id.NodeId;
import io.shoal.common.policy.AckLevel;
import io.shoal.metadata.chunk.Replica;
import io.shoal.metadata.consensus.ReadConsistency;
import io.shoal.metadata.namespace.Attributes;
import io.shoal.metadata.namespace.Extent;
import io.shoal.metadata.namespace.FilePolicy;
import io.shoal.metadata.namespace.InodeVersion;
import io.shoal.metadata.namespace.NamespaceQueries;
import io.shoal.metadata.namespace.PathNames;
import io.shoal.metadata.namespace.Precondition;
import io.shoal.metadata.namespace.Target;
import io.shoal.metadata.row.Bytes;
import io.shoal.metadata.rpc.serving.Checks;
import io.shoal.proto.v1.NamespaceRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Reads the parts that requests are made of, and checks all that can be checked without the state.
 * Every method throws a {@link io.shoal.common.error.ShoalException} that names the field.
 */
final class NamespaceReader {
  private static final int MODE_MAX = 07777;
  private static final int XATTR_LIMIT = 256;
  private static final int XATTR_VALUES_LIMIT_BYTES = 64 * 1024;
  private static final int CHUNK_SIZE_MIN_BYTES = 64 * 1024;
  private static final int CHUNK_SIZE_MAX_BYTES = 1 << 30;
  private static final int BLOCK_BYTES = 16 * 1024;

  private NamespaceReader() {}

  static String path(String path) {
    PathNames.parse(path);
    return path;
  }

  /** Returns what a read is to show; of other requests it may not say anything. */
  static ReadConsistency consistency(NamespaceRequest request) {
    ReadConsistency consistency =
        switch (request.getConsistency()) {
          case READ_CONSISTENCY_LINEARIZABLE -> ReadConsistency.LINEARIZABLE;
          case READ_CONSISTENCY_LEASE -> ReadConsistency.LEASE;
          case READ_CONSISTENCY_FOLLOWER -> ReadConsistency.FOLLOWER;
          case READ_CONSISTENCY_STALE -> ReadConsistency.STALE;
          case UNRECOGNIZED ->
              throw new ShoalException(
                  ErrorCode.UNSUPPORTED,
                  "consistency",
                  "consistency: "
                      + request.getConsistencyValue()
                      + " (expected: one that this server knows)");
        };
    boolean read =
        switch (request.getRequestCase()) {
          case STAT, OPEN, EXTENTS, LIST, LOCATE -> true;
          default -> false;
        };
    if (!read && consistency != ReadConsistency.LINEARIZABLE) {
      throw Checks.invalid("consistency", consistency + " (expected: with reads only)");
    }
    return consistency;
  }

  static Target target(String field, io.shoal.proto.v1.Target target) {
    return switch (target.getTargetCase()) {
      case PATH -> new Target.AtPath(path(target.getPath()));
      case INODE_ID ->
          new Target.OfInode(new InodeId(Checks.id(field + ".inode_id", target.getInodeId())));
      case TARGET_NOT_SET -> throw Checks.missing(field);
    };
  }

  static InodeVersion version(String field, io.shoal.proto.v1.InodeVersion version) {
    return new InodeVersion(
        new InodeId(Checks.id(field + ".inode_id", version.getInodeId())),
        Checks.unsigned(field + ".generation", version.getGeneration()));
  }

  static Precondition precondition(io.shoal.proto.v1.Precondition condition) {
    return switch (condition.getConditionCase()) {
      case ABSENT -> {
        requireTrue("precondition.absent", condition.getAbsent());
        yield Precondition.ABSENT;
      }
      case ANY -> {
        requireTrue("precondition.any", condition.getAny());
        yield Precondition.ANYTHING;
      }
      case VERSION ->
          new Precondition.Exactly(version("precondition.version", condition.getVersion()));
      case CONDITION_NOT_SET -> throw Checks.missing("precondition");
    };
  }

  private static void requireTrue(String field, boolean actual) {
    if (!actual) {
      throw Checks.invalid(field, "false (expected: true, or another condition)");
    }
  }

  static FilePolicy policy(io.shoal.proto.v1.FilePolicy policy) {
    int replication =
        Checks.unsigned(
            "policy.replication", policy.getReplication(), 0, FilePolicy.REPLICATION_LIMIT);
    int minReplicas =
        Checks.unsigned(
            "policy.min_replicas",
            policy.getMinReplicas(),
            0,
            replication == 0 ? FilePolicy.REPLICATION_LIMIT : replication);
    int chunkBytes = policy.getChunkSizeBytes();
    if (chunkBytes != 0) {
      Checks.unsigned(
          "policy.chunk_size_bytes", chunkBytes, CHUNK_SIZE_MIN_BYTES, CHUNK_SIZE_MAX_BYTES);
      if (chunkBytes % BLOCK_BYTES != 0) {
        throw Checks.invalid(
            "policy.chunk_size_bytes",
            chunkBytes + " (expected: a multiple of " + BLOCK_BYTES + ")");
      }
    }
    return new FilePolicy(
        replication, minReplicas, chunkBytes, ackLevel(policy.getAckLevelValue()));
  }

  private static AckLevel ackLevel(int number) {
    try {
      return AckLevel.ofNumber(number);
    } catch (IllegalArgumentException unknown) {
      throw Checks.invalid("policy.ack_level", number + " (expected: 0 to 2)");
    }
  }

  static Attributes attributes(io.shoal.proto.v1.Attributes attributes) {
    TreeSet<String> removed = new TreeSet<>();
    for (String name : attributes.getRemoveXattrsList()) {
      removed.add(Checks.text("attributes.remove_xattrs", name, 1, Checks.NAME_LIMIT_BYTES));
    }
    return new Attributes(
        attributes.hasMode()
            ? Checks.unsigned("attributes.mode", attributes.getMode(), 0, MODE_MAX)
            : null,
        attributes.hasOwner()
            ? Checks.text("attributes.owner", attributes.getOwner(), 0, Checks.NAME_LIMIT_BYTES)
            : null,
        attributes.hasGroup()
            ? Checks.text("attributes.group", attributes.getGroup(), 0, Checks.NAME_LIMIT_BYTES)
            : null,
        attributes.hasModifiedAtMillis() ? attributes.getModifiedAtMillis() : null,
        xattrs(attributes.getSetXattrsMap()),
        removed);
  }

  private static SortedMap<String, Bytes> xattrs(Map<String, ByteString> xattrs) {
    Checks.count("attributes.set_xattrs", xattrs.size(), 0, XATTR_LIMIT);
    SortedMap<String, Bytes> read = new TreeMap<>();
    long valueBytes = 0;
    for (Map.Entry<String, ByteString> xattr : xattrs.entrySet()) {
      Checks.text("attributes.set_xattrs", xattr.getKey(), 1, Checks.NAME_LIMIT_BYTES);
      valueBytes += xattr.getValue().size();
      read.put(xattr.getKey(), Bytes.copyOf(xattr.getValue().toByteArray()));
    }
    Checks.within("attributes.set_xattrs bytes", valueBytes, 0, XATTR_VALUES_LIMIT_BYTES);
    return read;
  }

  static List<Extent> extents(List<io.shoal.proto.v1.Extent> extents) {
    List<Extent> read = new ArrayList<>(extents.size());
    for (io.shoal.proto.v1.Extent extent : extents) {
      read.add(
          new Extent(
              Checks.unsigned("extent.file_offset", extent.getFileOffset()),
              Checks.unsigned("extent.length", extent.getLength(), 1, Integer.MAX_VALUE),
              new ChunkId(Checks.id("extent.chunk_id", extent.getChunkId())),
              Checks.unsigned(
                  "extent.chunk_offset", extent.getChunkOffset(), 0, Integer.MAX_VALUE)));
    }
    return read;
  }

  static NodeId nodeId(String field, int nodeId) {
    return new NodeId(Checks.unsigned(field, nodeId, 1, Integer.MAX_VALUE));
  }

  static Replica replica(io.shoal.proto.v1.Replica replica) {
    return new Replica(
        nodeId("replica.node_id", replica.getNodeId()),
        Checks.unsigned("replica.volume_id", replica.getVolumeId(), 0, Integer.MAX_VALUE));
  }

  static int pageLimit(String field, int limit) {
    return Checks.unsigned(field, limit, 1, NamespaceQueries.PAGE_LIMIT);
  }
}
