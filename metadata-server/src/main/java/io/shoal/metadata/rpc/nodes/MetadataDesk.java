package io.shoal.metadata.rpc.nodes;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.HostPort;
import io.shoal.metadata.consensus.LogPeer;
import io.shoal.metadata.consensus.Peer;
import io.shoal.metadata.consensus.PeerGroup;
import io.shoal.metadata.rpc.serving.Checks;
import io.shoal.proto.v1.ChangeMetadataReply;
import io.shoal.proto.v1.ChangeMetadataRequest;
import io.shoal.proto.v1.DescribeMetadataReply;
import io.shoal.proto.v1.MetadataServerAddress;
import io.shoal.proto.v1.MetadataServerDescription;
import io.shoal.proto.v1.TransferLeadershipReply;
import io.shoal.proto.v1.TransferLeadershipRequest;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Where the leader tells of the metadata servers, and is told to change who they are. */
final class MetadataDesk {
  private MetadataDesk() {}

  static DescribeMetadataReply describe(PeerGroup group) {
    DescribeMetadataReply.Builder reply = DescribeMetadataReply.newBuilder();
    for (LogPeer peer : group.peers()) {
      reply.addServers(
          MetadataServerDescription.newBuilder()
              .setId(peer.id())
              .setAddress(peer.address())
              .setLeads(peer.leads())
              .setCommittedIndex(peer.committedIndex())
              .setSilentMillis(peer.silentMillis()));
    }
    return reply.build();
  }

  /**
   * Does what is asked.
   *
   * @return fails as {@link PeerGroup#change} does
   * @throws ShoalException INVALID_ARGUMENT if the request is malformed
   */
  static CompletableFuture<ChangeMetadataReply> change(
      PeerGroup group, ChangeMetadataRequest request) {
    Optional<Peer> added =
        request.hasAdded() ? Optional.of(peer(request.getAdded())) : Optional.empty();
    Optional<String> removed = given(request.getRemovedId());
    if (added.isEmpty() && removed.isEmpty()) {
      throw Checks.invalid("change_metadata", "nothing to change (expected: added or removed_id)");
    }
    return group
        .change(added, removed)
        .thenApply(changed -> ChangeMetadataReply.getDefaultInstance());
  }

  private static Peer peer(MetadataServerAddress address) {
    int port = Checks.unsigned("change_metadata.added.port", address.getPort(), 1, 65_535);
    int raftPort =
        Checks.unsigned("change_metadata.added.raft_port", address.getRaftPort(), 1, 65_535);
    try {
      return new Peer(address.getId(), new HostPort(address.getHost(), port), raftPort);
    } catch (IllegalArgumentException malformed) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          "change_metadata.added",
          String.valueOf(malformed.getMessage()),
          malformed);
    }
  }

  /**
   * Does what is asked.
   *
   * @return fails as {@link PeerGroup#transferLeadership} does
   */
  static CompletableFuture<TransferLeadershipReply> transfer(
      PeerGroup group, TransferLeadershipRequest request) {
    return group
        .transferLeadership(given(request.getId()))
        .thenApply(leads -> TransferLeadershipReply.getDefaultInstance());
  }

  private static Optional<String> given(String id) {
    return id.isEmpty() ? Optional.empty() : Optional.of(id);
  }
}
