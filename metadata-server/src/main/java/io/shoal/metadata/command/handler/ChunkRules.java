package io.shoal.metadata.command.handler;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.ChunkCommit;
import io.shoal.metadata.chunk.ChunkGrant;
import io.shoal.metadata.chunk.ChunkRow;
import io.shoal.metadata.chunk.ChunkState;
import io.shoal.metadata.chunk.ChunkTable;
import io.shoal.metadata.chunk.Holders;
import io.shoal.metadata.chunk.Replica;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.cluster.NodeTable;
import io.shoal.metadata.namespace.InodeRow;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a commit may do to a chunk. Rules G1, G2, C1. */
final class ChunkRules {
  /** Most open chunks of one file: bounds what a fence has to seal. */
  static final int OPEN_CHUNK_LIMIT = 64;

  private ChunkRules() {}

  /**
   * Makes or lengthens a chunk, or seals it.
   *
   * @param file for which the chunk is written
   * @param addedReferences rows of the file's map that this commit added for it
   */
  static void commit(Context context, InodeRow file, ChunkCommit commit, int addedReferences) {
    checkGrant(context, commit);
    checkReplicas(context, file, commit);
    ChunkId chunkId = commit.grant().chunkId();
    ChunkRow before = ChunkTable.find(context.state(), chunkId);
    ChunkRow base = before == null ? fresh(file, commit) : before;
    checkGrowth(file, commit, base);
    if (base.references() + addedReferences == 0) {
      throw Refusal.invalid(subject(chunkId), "no extent names the chunk (expected: one or more)");
    }
    if (before == null && !commit.seal()) {
      checkOpenChunks(context, file);
    }
    ChunkRow.Content content = new ChunkRow.Content(commit.length(), commit.crc32c());
    ChunkRow after =
        base.committed(content, commit.replicas(), commit.seal())
            .referenced(base.references() + addedReferences, 0);
    ChunkTable.change(context.state(), chunkId, before, after);
  }

  /** Seals the open chunks of a file, so that its writer can't go on. Rule C3. */
  static void sealAll(Context context, InodeRow file) {
    for (ChunkId chunkId :
        ChunkTable.openChunksOf(context.state(), file.inodeId(), OPEN_CHUNK_LIMIT)) {
      ChunkTable.seal(context.state(), chunkId);
    }
  }

  private static void checkGrant(Context context, ChunkCommit commit) {
    ChunkGrant grant = commit.grant();
    if (!grant.sessionId().equals(context.session())) {
      throw invalidGrant(grant, "granted to session " + grant.sessionId(), context.session());
    }
    // Rule G1.
    if (context.now() > grant.expiresAtMillis()) {
      throw new ShoalException(
          ErrorCode.GRANT_EXPIRED,
          subject(grant.chunkId()),
          "the grant expired " + (context.now() - grant.expiresAtMillis()) + " ms ago");
    }
    if (commit.length() < 1) {
      throw Refusal.invalid(
          subject(grant.chunkId()), "length: " + commit.length() + " (expected: at least 1)");
    }
    if (commit.length() > grant.lengthLimitBytes()) {
      throw invalidGrant(
          grant, "length: " + commit.length(), "at most " + grant.lengthLimitBytes());
    }
  }

  private static void checkReplicas(Context context, InodeRow file, ChunkCommit commit) {
    Set<NodeId> nodes = new HashSet<>();
    for (Replica replica : commit.replicas()) {
      NodeId nodeId = replica.nodeId();
      if (!nodes.add(nodeId)) {
        throw Refusal.invalid(subject(commit.grant().chunkId()), "two replicas on node " + nodeId);
      }
      if (replica.volume() < 0) {
        throw Refusal.invalid(
            subject(commit.grant().chunkId()),
            "volume: " + replica.volume() + " (expected: at least 0)");
      }
      if (!commit.grant().nodeIds().contains(nodeId)) {
        throw invalidGrant(commit.grant(), "a replica on node " + nodeId, commit.grant().nodeIds());
      }
      checkNode(context, nodeId);
    }
    // Rule C1.
    int needed = file.status().policy().minReplicas();
    if (nodes.size() < needed) {
      throw new ShoalException(
          ErrorCode.NOT_ENOUGH_NODES,
          subject(commit.grant().chunkId()),
          "replicas: " + nodes.size() + " (expected: at least " + needed + ")");
    }
  }

  private static void checkNode(Context context, NodeId nodeId) {
    NodeRecord node = NodeTable.find(context.state(), nodeId);
    if (node == null || node.adminState() == NodeRecord.AdminState.DECOMMISSIONED) {
      throw new ShoalException(
          ErrorCode.NOT_ENOUGH_NODES,
          "node " + nodeId,
          node == null ? "the node is unknown" : "the node is decommissioned");
    }
  }

  // Rule C1: a commit may only lengthen an open chunk.
  private static void checkGrowth(InodeRow file, ChunkCommit commit, ChunkRow base) {
    ChunkGrant grant = commit.grant();
    // Rule G2, and C2 for chunks that were sealed.
    if (base.state() != ChunkState.OPEN) {
      throw new ShoalException(
          ErrorCode.FENCED,
          subject(grant.chunkId()),
          "the chunk is " + base.state() + " (expected: OPEN)");
    }
    if (!base.origin().equals(origin(file, grant))) {
      throw invalidGrant(grant, "another file or grant", base.origin());
    }
    if (commit.length() < base.content().length()) {
      throw Refusal.invalid(
          subject(grant.chunkId()),
          "length: " + commit.length() + " (expected: at least " + base.content().length() + ")");
    }
    if (commit.length() == base.content().length() && commit.crc32c() != base.content().crc32c()) {
      throw Refusal.invalid(
          subject(grant.chunkId()), "another checksum for the length that is committed");
    }
  }

  private static void checkOpenChunks(Context context, InodeRow file) {
    int open = ChunkTable.openChunksOf(context.state(), file.inodeId(), OPEN_CHUNK_LIMIT).size();
    if (open >= OPEN_CHUNK_LIMIT) {
      throw Refusal.limit("open chunks of a file", open + 1, OPEN_CHUNK_LIMIT);
    }
  }

  private static ChunkRow fresh(InodeRow file, ChunkCommit commit) {
    ChunkGrant grant = commit.grant();
    return new ChunkRow(
        ChunkState.OPEN,
        new ChunkRow.Content(commit.length(), commit.crc32c()),
        0,
        new ChunkRow.Redundancy(grant.layout(), file.status().policy().replication()),
        origin(file, grant),
        Holders.of(commit.replicas()),
        0);
  }

  private static ChunkRow.Origin origin(InodeRow file, ChunkGrant grant) {
    return new ChunkRow.Origin(grant.sessionId(), file.inodeId(), grant.expiresAtMillis());
  }

  private static ShoalException invalidGrant(
      ChunkGrant grant, String actual, @Nullable Object expected) {
    return new ShoalException(
        ErrorCode.GRANT_INVALID,
        subject(grant.chunkId()),
        actual + " (expected: " + expected + ")");
  }

  private static String subject(ChunkId chunkId) {
    return "chunk " + chunkId;
  }
}
