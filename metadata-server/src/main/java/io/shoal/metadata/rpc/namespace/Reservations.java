package io.shoal.metadata.rpc.namespace;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.SignedGrant;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.common.time.Deadline;
import io.shoal.metadata.cluster.ClusterQueries;
import io.shoal.metadata.cluster.ClusterSettings;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.consensus.CommandLog;
import io.shoal.metadata.namespace.FilePolicy;
import io.shoal.metadata.placement.GrantRequest;
import io.shoal.metadata.placement.Grants;
import io.shoal.metadata.rpc.serving.Checks;
import io.shoal.metadata.rpc.serving.NodeAddresses;
import io.shoal.metadata.rpc.serving.ReadPool;
import io.shoal.metadata.store.StateView;
import io.shoal.proto.v1.ReserveChunksReply;
import io.shoal.proto.v1.ReserveChunksRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Answers requests for grants: what the state knows of the session and the nodes goes in. */
final class Reservations {
  private static final int COUNT_LIMIT = 256;
  private static final int AVOID_LIMIT = 1_024;

  private record Prepared(GrantRequest request, List<NodeRecord> nodes) {}

  private final CommandLog log;
  private final ReadPool reads;
  private final Grants grants;
  private final NodeAddresses addresses;

  Reservations(CommandLog log, ReadPool reads, Grants grants, NodeAddresses addresses) {
    this.log = log;
    this.reads = reads;
    this.grants = grants;
    this.addresses = addresses;
  }

  CompletableFuture<ReserveChunksReply> reserve(ReserveChunksRequest request, Deadline deadline) {
    SessionId sessionId =
        new SessionId(Checks.id("reserve_chunks.session_id", request.getSessionId()));
    int count = Checks.unsigned("reserve_chunks.count", request.getCount(), 1, COUNT_LIMIT);
    FilePolicy policy = NamespaceReader.policy(request.getPolicy());
    Checks.count("reserve_chunks.avoid_node_ids", request.getAvoidNodeIdsCount(), 0, AVOID_LIMIT);
    Set<NodeId> avoid = new HashSet<>();
    for (int nodeId : request.getAvoidNodeIdsList()) {
      avoid.add(NamespaceReader.nodeId("reserve_chunks.avoid_node_ids", nodeId));
    }
    return log.readBarrier()
        .thenCompose(
            passed -> reads.query(deadline, view -> prepare(view, sessionId, count, policy, avoid)))
        .thenCompose(
            prepared ->
                grants
                    .reserve(prepared.request(), prepared.nodes())
                    .thenApply(signed -> reply(signed, prepared.nodes())));
  }

  private static Prepared prepare(
      StateView view, SessionId sessionId, int count, FilePolicy policy, Set<NodeId> avoid) {
    ClusterQueries cluster = new ClusterQueries(view);
    if (!cluster.sessionLives(sessionId)) {
      throw new ShoalException(
          ErrorCode.SESSION_UNKNOWN,
          "session " + sessionId,
          "the session is unknown or has expired");
    }
    ClusterSettings settings = cluster.settings();
    GrantRequest request =
        new GrantRequest(
            sessionId,
            count,
            policy.resolve(settings),
            avoid,
            Math.toIntExact(settings.grantLifetimeMillis()));
    return new Prepared(request, cluster.nodes());
  }

  private ReserveChunksReply reply(List<SignedGrant> signed, List<NodeRecord> nodes) {
    ReserveChunksReply.Builder reply = ReserveChunksReply.newBuilder();
    Set<NodeId> named = new HashSet<>();
    for (SignedGrant grant : signed) {
      reply.addGrants(grant.toProto());
      named.addAll(grant.terms().nodeIds());
    }
    for (NodeRecord node : nodes) {
      if (named.contains(node.nodeId())) {
        reply.addNodes(addresses.of(node));
      }
    }
    return reply.build();
  }
}
