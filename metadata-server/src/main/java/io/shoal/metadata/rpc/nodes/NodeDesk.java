package io.shoal.metadata.rpc.nodes;

import com.google.protobuf.ByteString;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.time.Deadline;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.cluster.ClusterIdentity;
import io.shoal.metadata.cluster.ClusterQueries;
import io.shoal.metadata.cluster.NodeDescription;
import io.shoal.metadata.cluster.NodeRecord.AdminState;
import io.shoal.metadata.command.ClusterCommand;
import io.shoal.metadata.command.Command;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.MaintenanceCommand;
import io.shoal.metadata.command.RepairCommand;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.liveness.NodeReport;
import io.shoal.metadata.repair.RepairOrders;
import io.shoal.metadata.rpc.serving.Checks;
import io.shoal.metadata.rpc.serving.ReadPool;
import io.shoal.metadata.rpc.serving.ServerEnvironment;
import io.shoal.metadata.store.StateView;
import io.shoal.proto.v1.ChunkCopied;
import io.shoal.proto.v1.ChunkFinding;
import io.shoal.proto.v1.ChunkQuestion;
import io.shoal.proto.v1.ChunkVerdict;
import io.shoal.proto.v1.ChunkVerdicts;
import io.shoal.proto.v1.ChunksChecked;
import io.shoal.proto.v1.ChunksDeleted;
import io.shoal.proto.v1.ChunksSuspected;
import io.shoal.proto.v1.ConfirmDeletions;
import io.shoal.proto.v1.ConfirmNodeDeletionsRequest;
import io.shoal.proto.v1.HeartbeatReply;
import io.shoal.proto.v1.MetadataHistory;
import io.shoal.proto.v1.NodeOrder;
import io.shoal.proto.v1.Registered;
import io.shoal.proto.v1.ReloadNodeReply;
import io.shoal.proto.v1.ReloadNodeRequest;
import io.shoal.proto.v1.SetNodeStateRequest;
import io.shoal.proto.v1.SigningKey;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the leader deals with what storage nodes report. Thread-safe; nothing blocks: what needs
 * state or log is answered later, through the consumer that is handed in.
 */
final class NodeDesk {
  private static final Logger LOG = LoggerFactory.getLogger(NodeDesk.class);
  private static final int QUESTION_LIMIT = 1_000;
  private static final int FINDING_LIMIT = 1_000;

  /** An answer that is so late is of no use: the node has asked again. */
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

  private final ServerEnvironment environment;
  private final LeaderState leader;
  private final ReadPool reads;
  private final Duration heartbeatInterval;

  NodeDesk(
      ServerEnvironment environment,
      LeaderState leader,
      ReadPool reads,
      Duration heartbeatInterval) {
    this.environment = environment;
    this.leader = leader;
    this.reads = reads;
    this.heartbeatInterval = heartbeatInterval;
  }

  /**
   * A node that was let in.
   *
   * @param answer what it is told
   */
  record Admission(AttachedNode node, Registered answer) {}

  /**
   * Puts a node whose proof was right on record.
   *
   * @param clusterId the cluster that its volumes belong to; empty if to none yet
   */
  CompletableFuture<Admission> register(NodeDescription node, String clusterId) {
    if (!leader.gate().isOpen()) {
      return leader.gate().refusal();
    }
    return reads
        .query(deadline(), view -> checkCluster(view, clusterId))
        .thenCompose(identity -> submit(new ClusterCommand.RegisterNode(node)))
        .thenCompose(
            reply -> reads.query(deadline(), view -> admission(view, nodeIdOf(reply), node)));
  }

  private static ClusterIdentity checkCluster(StateView view, String clusterId) {
    ClusterIdentity identity = new ClusterQueries(view).identity();
    if (identity == null) {
      throw new ShoalException(
          ErrorCode.UNAVAILABLE, "", "the cluster is not initialised yet (expected: an identity)");
    }
    if (!clusterId.isEmpty() && !clusterId.equals(identity.clusterId())) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          "register.cluster_id",
          "the node's volumes belong to cluster "
              + clusterId
              + " (expected: "
              + identity.clusterId()
              + ", which this server leads)");
    }
    return identity;
  }

  private Admission admission(StateView view, NodeId nodeId, NodeDescription node) {
    ClusterIdentity identity = checkCluster(view, "");
    return new Admission(
        new AttachedNode(nodeId, node),
        Registered.newBuilder()
            .setClusterId(identity.clusterId())
            .setNodeId(nodeId.value())
            .setHeartbeatIntervalMillis(Math.toIntExact(heartbeatInterval.toMillis()))
            .addAllSigningKeys(signingKeys())
            .setHistory(history(view))
            .setNowMillis(new ClusterQueries(view).nowMillis())
            .build());
  }

  /** Rule T3. */
  private static MetadataHistory history(StateView view) {
    return MetadataHistory.newBuilder()
        .setNumber(new ClusterQueries(view).history())
        .setAppliedIndex(view.applied().index())
        .build();
  }

  private static NodeId nodeIdOf(Reply reply) {
    if (reply instanceof Reply.NodeRegistered registered) {
      return registered.nodeId();
    }
    if (reply instanceof Reply.Failure refused) {
      throw refused.toException();
    }
    throw new IllegalStateException("reply: " + reply + " (expected: NodeRegistered)");
  }

  private CompletableFuture<Reply> submit(Command command) {
    long nowMillis = environment.log().nowMillis();
    return environment.log().submit(CommandEnvelope.internal(nowMillis, command));
  }

  private List<SigningKey> signingKeys() {
    return leader.keys().verifier().keys().stream()
        .map(
            key ->
                SigningKey.newBuilder()
                    .setKeyId(key.id())
                    .setSecret(ByteString.copyFrom(key.secret()))
                    .build())
        .toList();
  }

  /** Takes note of a heartbeat at once, and answers it with the log clock as applied. */
  void onHeartbeat(AttachedNode node, NodeReport report, Consumer<NodeOrder> answer) {
    leader.liveness().heard(node.nodeId(), report);
    leader.grants().onHeartbeat(node.nodeId());
    if (node.noteVolumes(report)) {
      recordVolumes(node, report);
    }
    // Without a barrier: what a former leader has applied was committed, so its clock is none that
    // the log has not reached. Rule G1 asks for no more.
    query(
        node,
        view ->
            NodeOrder.newBuilder()
                .setHeartbeatReply(
                    HeartbeatReply.newBuilder()
                        .setNowMillis(new ClusterQueries(view).nowMillis())
                        .addAllSigningKeys(signingKeys())
                        .setHistory(history(view)))
                .build(),
        answer,
        () -> {});
  }

  /** Rule D3: a fence stands in the state, so that nobody forgets it. */
  private void recordVolumes(AttachedNode node, NodeReport report) {
    NodeDescription description = NodeReader.withVolumes(node.description(), report.volumes());
    var unused =
        submit(new ClusterCommand.RegisterNode(description))
            .whenComplete(
                (reply, failure) -> {
                  if (failure != null || reply instanceof Reply.Failure) {
                    LOG.warn(
                        "{}: its volumes could not be put on record: {} {}", node, reply, failure);
                    node.forgetVolumes();
                  }
                });
  }

  /** Answers what a node may forget. Rule G1: only the log clock as applied counts. */
  void onQuestion(AttachedNode node, ChunkQuestion question, Consumer<NodeOrder> answer) {
    List<ChunkId> chunkIds = Checks.chunkIds(question.getChunkIdsList(), QUESTION_LIMIT);
    List<Long> expiries = question.getGrantExpiresAtMillisList();
    if (expiries.size() != chunkIds.size()) {
      throw Checks.invalid(
          "question.grant_expires_at_millis",
          expiries.size() + " of them (expected: " + chunkIds.size() + ", one for each id)");
    }
    query(
        node,
        view -> {
          ChunkQueries chunks = new ChunkQueries(view);
          ChunkVerdicts.Builder verdicts = ChunkVerdicts.newBuilder();
          for (int i = 0; i < chunkIds.size(); i++) {
            verdicts.addChunkIds(chunkIds.get(i).value());
            verdicts.addVerdicts(
                verdict(chunks.verdict(chunkIds.get(i), node.nodeId(), expiries.get(i))));
          }
          return NodeOrder.newBuilder().setVerdicts(verdicts).build();
        },
        answer,
        // A node has one question at a time, so each has to be answered.
        () -> answer.accept(undecided(chunkIds)));
  }

  private static NodeOrder undecided(List<ChunkId> chunkIds) {
    ChunkVerdicts.Builder verdicts = ChunkVerdicts.newBuilder();
    for (ChunkId chunkId : chunkIds) {
      verdicts.addChunkIds(chunkId.value());
      verdicts.addVerdicts(ChunkVerdict.CHUNK_VERDICT_WAIT);
    }
    return NodeOrder.newBuilder().setVerdicts(verdicts).build();
  }

  private static ChunkVerdict verdict(io.shoal.metadata.chunk.ChunkVerdict verdict) {
    return switch (verdict) {
      case KEEP -> ChunkVerdict.CHUNK_VERDICT_KEEP;
      case DELETE -> ChunkVerdict.CHUNK_VERDICT_DELETE;
      case WAIT -> ChunkVerdict.CHUNK_VERDICT_WAIT;
    };
  }

  /**
   * Answers from the state, or gives up if too much of the node is under way, or the read fails.
   */
  private void query(
      AttachedNode node,
      Function<StateView, NodeOrder> query,
      Consumer<NodeOrder> answer,
      Runnable onGivenUp) {
    if (!node.beginWork()) {
      LOG.debug("{}: too much is under way", node);
      onGivenUp.run();
      return;
    }
    var unused =
        reads
            .query(deadline(), query)
            .whenComplete(
                (order, failure) -> {
                  node.endWork();
                  if (failure == null) {
                    answer.accept(order);
                  } else {
                    LOG.debug("{}: a read failed: {}", node, failure.toString());
                    onGivenUp.run();
                  }
                });
  }

  /** Takes the durable answer of a node to an order. */
  void onChunksDeleted(AttachedNode node, ChunksDeleted deleted) {
    if (deleted.getChunkIdsCount() > 0) {
      leader
          .maintenance()
          .onChunksDeleted(
              node.nodeId(),
              Checks.chunkIds(deleted.getChunkIdsList(), MaintenanceCommand.UNIT_LIMIT));
    }
  }

  /**
   * Records what an operator decided about a node.
   *
   * @return fails with NOT_FOUND if no node has the number
   * @throws ShoalException INVALID_ARGUMENT if it is no state that can be set
   */
  CompletableFuture<Void> setState(SetNodeStateRequest request) {
    int nodeId =
        Checks.unsigned("set_node_state.node_id", request.getNodeId(), 1, Integer.MAX_VALUE);
    return submit(stateCommand(new NodeId(nodeId), request))
        .thenAccept(
            reply -> {
              if (reply instanceof Reply.Failure refused) {
                throw refused.toException();
              }
            });
  }

  /**
   * Passes on to a node that an operator has confirmed deletions.
   *
   * @throws ShoalException INVALID_ARGUMENT if the request is malformed, UNAVAILABLE if the node is
   *     not attached
   */
  void confirmDeletions(ConfirmNodeDeletionsRequest request) {
    int nodeId =
        Checks.unsigned("confirm_deletions.node_id", request.getNodeId(), 1, Integer.MAX_VALUE);
    ConfirmDeletions order =
        ConfirmDeletions.newBuilder()
            .setBrakeSinceMillis(request.getBrakeSinceMillis())
            .setUpToChunks(
                Checks.unsigned("confirm_deletions.unknown_chunks", request.getUnknownChunks()))
            .build();
    if (!leader.attachments().confirmDeletions(new NodeId(nodeId), order)) {
      throw Attachments.notThere(new NodeId(nodeId));
    }
    LOG.info("Node {} may delete again, up to {} chunks", nodeId, order.getUpToChunks());
  }

  /**
   * Has a node read its configuration again.
   *
   * @return fails with NOT_FOUND if no node has the number, UNAVAILABLE if it is not attached, and
   *     with what the node answers
   * @throws ShoalException INVALID_ARGUMENT if the request is malformed
   */
  CompletableFuture<ReloadNodeReply> reload(ReloadNodeRequest request) {
    int nodeId = Checks.unsigned("reload_node.node_id", request.getNodeId(), 1, Integer.MAX_VALUE);
    return reads
        .query(deadline(), view -> new ClusterQueries(view).node(new NodeId(nodeId)) != null)
        .thenCompose(
            known -> {
              if (!known) {
                throw new ShoalException(
                    ErrorCode.NOT_FOUND,
                    "node " + nodeId,
                    "node " + nodeId + " is not known (expected: one that has registered)");
              }
              LOG.info("Node {} is to read its configuration again", nodeId);
              return leader.attachments().reload(new NodeId(nodeId));
            });
  }

  private static RepairCommand stateCommand(NodeId nodeId, SetNodeStateRequest request) {
    return switch (request.getState()) {
      case NODE_STATE_ACTIVE -> new RepairCommand.SetAdminState(nodeId, AdminState.ACTIVE);
      case NODE_STATE_DECOMMISSIONING ->
          new RepairCommand.SetAdminState(nodeId, AdminState.DECOMMISSIONING);
      // The handler checks the time.
      case NODE_STATE_MAINTENANCE ->
          new RepairCommand.StartMaintenance(nodeId, request.getMaintenanceMillis());
      case NODE_STATE_DECOMMISSIONED, NODE_STATE_UNSPECIFIED, UNRECOGNIZED ->
          throw Checks.invalid(
              "set_node_state.state",
              request.getState() + " (expected: active, decommissioning or maintenance)");
    };
  }

  /** Takes a node's answer to a check. */
  void onChecked(AttachedNode node, ChunksChecked checked) {
    Checks.count("checked.findings", checked.getFindingsCount(), 0, FINDING_LIMIT);
    List<RepairOrders.Finding> findings =
        checked.getFindingsList().stream().map(NodeDesk::finding).toList();
    leader.repair().onChecked(node.nodeId(), checked.getOrderId(), findings);
  }

  private static RepairOrders.Finding finding(ChunkFinding finding) {
    return switch (finding) {
      case CHUNK_FINDING_INTACT -> RepairOrders.Finding.INTACT;
      case CHUNK_FINDING_MISSING -> RepairOrders.Finding.MISSING;
      case CHUNK_FINDING_DAMAGED -> RepairOrders.Finding.DAMAGED;
      case CHUNK_FINDING_UNREACHABLE -> RepairOrders.Finding.UNREACHABLE;
      // What a later version says and this one does not know decides nothing.
      case CHUNK_FINDING_UNDECIDED, CHUNK_FINDING_UNSPECIFIED, UNRECOGNIZED ->
          RepairOrders.Finding.UNDECIDED;
    };
  }

  /** Takes a node's answer to an order to copy. */
  void onCopied(AttachedNode node, ChunkCopied copied) {
    int volume = Checks.unsigned("copied.volume_id", copied.getVolumeId(), 0, Integer.MAX_VALUE);
    ShoalException failure = copied.hasFailure() ? RpcErrors.fromProto(copied.getFailure()) : null;
    leader
        .repair()
        .onCopied(node.nodeId(), copied.getOrderId(), new RepairOrders.Copied(volume, failure));
  }

  /** Takes note of chunks that a node can't read itself. */
  void onSuspected(AttachedNode node, ChunksSuspected suspected) {
    leader
        .repair()
        .onSuspected(node.nodeId(), Checks.chunkIds(suspected.getChunkIdsList(), QUESTION_LIMIT));
  }

  private Deadline deadline() {
    return Deadline.after(ANSWER_TIMEOUT, environment.time());
  }
}
