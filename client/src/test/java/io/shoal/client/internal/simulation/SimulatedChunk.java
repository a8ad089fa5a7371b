package io.shoal.client.internal.simulation;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.GrantTerms;
import io.shoal.common.grant.SignedGrant;
import io.shoal.common.id.NodeId;
import io.shoal.proto.v1.ChunkCommit;
import io.shoal.proto.v1.ChunkLocation;
import io.shoal.proto.v1.Layout;
import io.shoal.proto.v1.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A chunk's record, with the rules for commits. */
final class SimulatedChunk {
  private final long id;
  private int length;
  private boolean sealed;
  private List<Replica> replicas = List.of();

  SimulatedChunk(long id) {
    this.id = id;
  }

  int length() {
    return length;
  }

  boolean isSealed() {
    return sealed;
  }

  List<Replica> replicas() {
    return replicas;
  }

  void moveTo(NodeId node) {
    List<Replica> more = new ArrayList<>();
    more.add(Replica.newBuilder().setNodeId(node.value()).setVolumeId(1).build());
    replicas = more;
  }

  /**
   * Takes a commit.
   *
   * @throws ShoalException if rule C1 or G1 forbids it
   * @throws AssertionError if it says what is not true
   */
  void commit(
      ChunkCommit commit, int minReplicas, long nowMillis, Function<NodeId, SimulatedNode> nodes) {
    GrantTerms terms = SignedGrant.of(commit.getGrant()).terms();
    terms.requireLiveAt(nowMillis);
    if (sealed || commit.getLength() < length) {
      throw new ShoalException(
          ErrorCode.GRANT_INVALID,
          "chunk " + id,
          "commit: %d bytes (sealed: %s, length: %d)"
              .formatted(commit.getLength(), sealed, length));
    }
    check(commit.getReplicasCount() >= minReplicas, "too few replicas", commit);
    check(commit.getLength() > length || commit.getSeal(), "nothing new", commit);
    check(commit.getLength() <= terms.lengthLimitBytes(), "too long", commit);
    for (Replica named : commit.getReplicasList()) {
      NodeId node = new NodeId(named.getNodeId());
      terms.requireNode(node);
      StoredReplica stored = nodes.apply(node).replica(id);
      check(stored != null && stored.durable() >= commit.getLength(), "not durable", commit);
      check(
          stored != null && stored.crc32c(commit.getLength()) == commit.getCrc32C(),
          "wrong checksum",
          commit);
      check(named.getVolumeId() == 10 + named.getNodeId(), "wrong volume", commit);
    }
    length = commit.getLength();
    sealed = commit.getSeal();
    replicas = List.copyOf(commit.getReplicasList());
  }

  private void check(boolean holds, String what, ChunkCommit commit) {
    if (!holds) {
      throw new AssertionError(
          "chunk " + id + ", " + this.length + " bytes: " + what + ": " + commit);
    }
  }

  ChunkLocation location(int replication) {
    return ChunkLocation.newBuilder()
        .setChunkId(id)
        .setLength(length)
        .setLayout(Layout.LAYOUT_REPLICATED)
        .addAllReplicas(replicas)
        .setReplication(replication)
        .setCounted(replicas.size())
        .setSealed(sealed)
        .build();
  }
}
