package io.shoal.client;

import java.time.Duration;
import java.util.List;

/**
 * How far a rebalance is, or was when it ended.
 *
 * @param thresholdPercent how far a node's used share may be from that of all nodes together, in
 *     percentage points; 0 if there is no rebalance
 * @param meanUsedPercent used share of all nodes that take part, together
 * @param nodes those that take part: they are alive and get new chunks
 * @param movedReplicas copies that count on another node now, and not on the one before
 * @param failedMoves moves that came to nothing, of which others may have taken the place
 * @param movingReplicas moves that are under way
 * @param leftReplicas an estimate of what is to be moved beside them
 * @param leftBytes an estimate of what is to be moved beside them
 * @param elapsed how long it has been running, or ran
 */
public record RebalanceStatus(
    State state,
    double thresholdPercent,
    double meanUsedPercent,
    List<NodeFullness> nodes,
    long movedReplicas,
    long movedBytes,
    long failedMoves,
    long movingReplicas,
    long leftReplicas,
    long leftBytes,
    Duration elapsed) {
  public RebalanceStatus {
    nodes = List.copyOf(nodes);
  }

  /** What it does. */
  public enum State {
    /** There was none since the leader began. */
    NONE,
    /** It moves copies. */
    RUNNING,
    /** It begins no moves as long as there are chunks to repair. */
    PAUSED,
    /** It ended: every node is within the threshold. */
    BALANCED,
    /** It ended: nothing more could be moved. */
    STUCK,
    /** It was told to end. */
    STOPPED;

    /** Tells whether it will begin more moves. */
    public boolean lasts() {
      return this == RUNNING || this == PAUSED;
    }
  }

  /**
   * How full a node is.
   *
   * @param usedBytes of its chunks
   * @param availableBytes what may still be written there
   * @param usedPercent used, of both together
   */
  public record NodeFullness(int nodeId, long usedBytes, long availableBytes, double usedPercent) {}
}
