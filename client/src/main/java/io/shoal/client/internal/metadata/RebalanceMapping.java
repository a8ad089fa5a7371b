package io.shoal.client.internal.metadata;

import io.shoal.client.RebalanceStatus;
import io.shoal.client.RebalanceStatus.NodeFullness;
import io.shoal.client.RebalanceStatus.State;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.proto.v1.RebalanceReply;
import io.shoal.proto.v1.RebalanceRequest;
import io.shoal.proto.v1.RebalanceState;
import io.shoal.proto.v1.StartRebalance;
import io.shoal.proto.v1.StopRebalance;
import java.time.Duration;

/** As {@link ProtoMapping}, for rebalances. */
public final class RebalanceMapping {
  /** Millionths of a whole in a hundredth of it. */
  private static final double PERCENT = 10_000;

  private RebalanceMapping() {}

  /**
   * Returns the request to begin one.
   *
   * @throws ShoalException INVALID_ARGUMENT if the threshold is none
   */
  public static RebalanceRequest start(double thresholdPercent) {
    long millionths = Math.round(thresholdPercent * PERCENT);
    if (!(thresholdPercent <= 100) || millionths < 1) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          "threshold",
          "threshold: " + thresholdPercent + " (expected: 0.0001 to 100 percentage points)");
    }
    return RebalanceRequest.newBuilder()
        .setStart(StartRebalance.newBuilder().setThresholdMillionths((int) millionths))
        .build();
  }

  /** Returns the request to end it. */
  public static RebalanceRequest stop() {
    return RebalanceRequest.newBuilder().setStop(StopRebalance.getDefaultInstance()).build();
  }

  /** Returns the request to tell how far it is. */
  public static RebalanceRequest tell() {
    return RebalanceRequest.getDefaultInstance();
  }

  /** Returns how far it is. */
  public static RebalanceStatus statusOf(RebalanceReply message) {
    return new RebalanceStatus(
        stateOf(message.getState()),
        message.getThresholdMillionths() / PERCENT,
        message.getMeanMillionths() / PERCENT,
        message.getNodesList().stream().map(RebalanceMapping::nodeOf).toList(),
        message.getMovedReplicas(),
        message.getMovedBytes(),
        message.getFailedMoves(),
        message.getMovingReplicas(),
        message.getLeftReplicas(),
        message.getLeftBytes(),
        Duration.ofMillis(message.getElapsedMillis()));
  }

  private static NodeFullness nodeOf(io.shoal.proto.v1.NodeFullness message) {
    return new NodeFullness(
        message.getNodeId(),
        message.getUsedBytes(),
        message.getAvailableBytes(),
        message.getUsedMillionths() / PERCENT);
  }

  private static State stateOf(RebalanceState state) {
    return switch (state) {
      case REBALANCE_STATE_RUNNING -> State.RUNNING;
      case REBALANCE_STATE_PAUSED -> State.PAUSED;
      case REBALANCE_STATE_BALANCED -> State.BALANCED;
      case REBALANCE_STATE_STUCK -> State.STUCK;
      case REBALANCE_STATE_STOPPED -> State.STOPPED;
      // Of what this version does not know it can't say that it lasts.
      case REBALANCE_STATE_NONE, REBALANCE_STATE_UNSPECIFIED, UNRECOGNIZED -> State.NONE;
    };
  }
}
