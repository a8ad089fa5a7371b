package io.shoal.metadata.chunk;

import io.shoal.common.id.NodeId;

/**
 * A replica that is on record and does not count towards a chunk's replication.
 *
 * @param sinceMillis when it came into this state, on the log clock
 */
public record UncountedReplica(Replica replica, State state, long sinceMillis) {
  /** Why a replica does not count. */
  public enum State {
    /** Out of reach: its node is dead, or its volume fenced or not there. It may come back. */
    LOST(1),

    /** Its node has found that the bytes are not those that were committed. */
    DAMAGED(2),

    /** Whole, but its node is being emptied. */
    LEAVING(3),

    /**
     * Its node was, or will be, told to delete it. Rule P2: nothing can make it count again before
     * the node has answered.
     */
    DELETING(4);

    private final int number;

    State(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }

    static State ofNumber(int number) {
      for (State state : values()) {
        if (state.number == number) {
          return state;
        }
      }
      throw new IllegalStateException("replica state: " + number + " (expected: 1 to 4)");
    }
  }

  /** Returns the node that has it. */
  public NodeId nodeId() {
    return replica.nodeId();
  }
}
