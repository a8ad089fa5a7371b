package io.shoal.metadata.cluster;

import io.shoal.common.id.NodeId;

/**
 * A storage node as the replicated state knows it.
 *
 * @param dead whether it was silent for so long that its replicas count as lost; it lives again
 *     when it registers
 */
public record NodeRecord(
    NodeId nodeId, NodeDescription description, AdminState adminState, boolean dead) {
  /** Tells whether replicas on a volume of the node may count. */
  public boolean mayCount(int volume) {
    return !dead && adminState == AdminState.ACTIVE && !fenced(volume);
  }

  /** Tells whether a volume of the node is fenced. Rule D3. */
  public boolean fenced(int volume) {
    return description.volumes().stream()
        .anyMatch(known -> known.volume() == volume && known.fenced());
  }

  /** What an operator decided about a node. */
  public enum AdminState {
    /** Takes part. */
    ACTIVE(1),

    /** Holds nothing that counts any more; rule C1: a commit may not name it. */
    DECOMMISSIONED(2),

    /** Gets no new chunks, and its replicas are copied to others. Rule P6. */
    DECOMMISSIONING(3);

    private final int number;

    AdminState(int number) {
      this.number = number;
    }

    /** Returns the number by which the state is stored. */
    public int number() {
      return number;
    }

    /** Returns the state that is stored by a number. */
    public static AdminState ofNumber(int number) {
      for (AdminState state : values()) {
        if (state.number == number) {
          return state;
        }
      }
      throw new IllegalStateException("admin state: " + number + " (expected: 1 to 3)");
    }
  }
}
