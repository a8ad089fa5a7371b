package io.shoal.metadata.repair;

import java.util.List;

/**
 * How far a rebalance is, or was when it ended.
 *
 * @param thresholdMillionths how far a node's used share may be from the mean; 0 if there is none
 * @param meanMillionths used share of all nodes together
 * @param nodes those that take part, as they reported
 * @param movedReplicas replicas that count on another node now, and not on the one before
 * @param failedMoves moves that came to nothing, of which others may have taken the place
 * @param movingReplicas moves that are under way
 * @param leftReplicas an estimate of what is to be moved beside them
 * @param leftBytes an estimate of what is to be moved beside them
 * @param elapsedMillis how long it has been running, or ran
 */
public record RebalanceStatus(
    State state,
    int thresholdMillionths,
    int meanMillionths,
    List<NodeFullness> nodes,
    long movedReplicas,
    long movedBytes,
    long failedMoves,
    long movingReplicas,
    long leftReplicas,
    long leftBytes,
    long elapsedMillis) {
  public RebalanceStatus {
    nodes = List.copyOf(nodes);
  }

  /** What it does. */
  public enum State {
    /** There was none in this term. */
    NONE,
    /** It moves replicas. */
    RUNNING,
    /** It begins no moves as long as there is something to repair. */
    PAUSED,
    /** It ended: every node has its place. */
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
}
