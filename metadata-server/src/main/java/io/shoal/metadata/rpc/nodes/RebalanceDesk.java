package io.shoal.metadata.rpc.nodes;

import io.shoal.metadata.repair.NodeFullness;
import io.shoal.metadata.repair.RebalanceStatus;
import io.shoal.metadata.repair.Repair;
import io.shoal.metadata.rpc.serving.Checks;
import io.shoal.proto.v1.RebalanceReply;
import io.shoal.proto.v1.RebalanceRequest;
import io.shoal.proto.v1.RebalanceState;
import java.util.concurrent.CompletableFuture;

/** Where the leader is told to begin or end a rebalance, and tells how far it is. */
final class RebalanceDesk {
  private static final int MILLION = 1_000_000;

  private RebalanceDesk() {}

  /**
   * Does what is asked.
   *
   * @return fails with NOT_LEADER if this server does not lead
   * @throws io.shoal.common.error.ShoalException INVALID_ARGUMENT if the threshold is none
   */
  static CompletableFuture<RebalanceReply> answer(Repair repair, RebalanceRequest request) {
    CompletableFuture<RebalanceStatus> status =
        switch (request.getActionCase()) {
          case START ->
              repair.startRebalance(
                  Checks.unsigned(
                      "rebalance.start.threshold_millionths",
                      request.getStart().getThresholdMillionths(),
                      1,
                      MILLION));
          case STOP -> repair.stopRebalance();
          case ACTION_NOT_SET -> repair.rebalance();
        };
    return status.thenApply(RebalanceDesk::reply);
  }

  private static RebalanceReply reply(RebalanceStatus status) {
    RebalanceReply.Builder reply =
        RebalanceReply.newBuilder()
            .setState(state(status.state()))
            .setThresholdMillionths(status.thresholdMillionths())
            .setMeanMillionths(status.meanMillionths())
            .setMovedReplicas(status.movedReplicas())
            .setMovedBytes(status.movedBytes())
            .setFailedMoves(status.failedMoves())
            .setMovingReplicas(status.movingReplicas())
            .setLeftReplicas(status.leftReplicas())
            .setLeftBytes(status.leftBytes())
            .setElapsedMillis(status.elapsedMillis());
    for (NodeFullness node : status.nodes()) {
      reply.addNodes(
          io.shoal.proto.v1.NodeFullness.newBuilder()
              .setNodeId(node.nodeId().value())
              .setUsedBytes(node.usedBytes())
              .setAvailableBytes(node.availableBytes())
              .setUsedMillionths(node.usedMillionths()));
    }
    return reply.build();
  }

  private static RebalanceState state(RebalanceStatus.State state) {
    return switch (state) {
      case NONE -> RebalanceState.REBALANCE_STATE_NONE;
      case RUNNING -> RebalanceState.REBALANCE_STATE_RUNNING;
      case PAUSED -> RebalanceState.REBALANCE_STATE_PAUSED;
      case BALANCED -> RebalanceState.REBALANCE_STATE_BALANCED;
      case STUCK -> RebalanceState.REBALANCE_STATE_STUCK;
      case STOPPED -> RebalanceState.REBALANCE_STATE_STOPPED;
    };
  }
}
