package io.shoal.metadata.cluster;

import io.shoal.common.id.NodeId;

/** A storage node as the replicated state knows it. */
public record NodeRecord(NodeId nodeId, NodeDescription description, AdminState adminState) {
  /** What an operator decided about a node. */
  public enum AdminState {
    /** Takes part. */
    ACTIVE(1),

    /** Holds nothing that counts any more; rule C1: a commit may not name it. */
    DECOMMISSIONED(2);

    private final int number;

    AdminState(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }

    static AdminState ofNumber(int number) {
      for (AdminState state : values()) {
        if (state.number == number) {
          return state;
        }
      }
      throw new IllegalStateException("admin state: " + number + " (expected: 1 or 2)");
    }
  }
}
