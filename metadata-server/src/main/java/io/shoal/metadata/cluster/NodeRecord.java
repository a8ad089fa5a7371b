package io.shoal.metadata.cluster;

import io.shoal.common.id.NodeId;

/**
 * A storage node as the replicated state knows it.
 *
 * @param dead whether it was silent for so long that its replicas count as lost; it lives again
 *     when it registers
 * @param maintenanceEndMillis when its maintenance is over, on the log clock; 0 in other states
 */
public record NodeRecord(
    NodeId nodeId,
    NodeDescription description,
    AdminState adminState,
    boolean dead,
    long maintenanceEndMillis) {
  public NodeRecord {
    if ((adminState == AdminState.MAINTENANCE) != (maintenanceEndMillis > 0)) {
      throw new IllegalArgumentException(
          "end of maintenance: " + maintenanceEndMillis + " (expected: one if " + adminState + ")");
    }
  }

  /** Returns a node that takes part, as when it registers for the first time. */
  public static NodeRecord active(NodeId nodeId, NodeDescription description) {
    return new NodeRecord(nodeId, description, AdminState.ACTIVE, false, 0);
  }

  /** Returns the node as one that has registered, and so lives. */
  public NodeRecord registered(NodeDescription newDescription) {
    return new NodeRecord(nodeId, newDescription, adminState, false, maintenanceEndMillis);
  }

  /** Returns the node as one that was silent for too long. */
  public NodeRecord declaredDead() {
    return new NodeRecord(nodeId, description, adminState, true, maintenanceEndMillis);
  }

  /** Returns the node in another state than maintenance. */
  public NodeRecord in(AdminState newState) {
    return new NodeRecord(nodeId, description, newState, dead, 0);
  }

  /** Returns the node in maintenance until a moment of the log clock. */
  public NodeRecord inMaintenanceUntil(long endMillis) {
    return new NodeRecord(nodeId, description, AdminState.MAINTENANCE, dead, endMillis);
  }

  /** Tells whether replicas on a volume of the node may count. */
  public boolean mayCount(int volume) {
    return !dead && !leaves() && !fenced(volume);
  }

  /** Tells whether the node is to be emptied, or was. Rule P6. */
  public boolean leaves() {
    return adminState == AdminState.DECOMMISSIONING || adminState == AdminState.DECOMMISSIONED;
  }

  /** Tells whether the node may be away at present without being dead. */
  public boolean inMaintenance() {
    return adminState == AdminState.MAINTENANCE;
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
    DECOMMISSIONING(3),

    /**
     * Gets no new chunks, and may be away until its maintenance is over: so long its replicas
     * count, and it is not declared dead. Rule P7.
     */
    MAINTENANCE(4);

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
      throw new IllegalStateException("admin state: " + number + " (expected: 1 to 4)");
    }
  }
}
