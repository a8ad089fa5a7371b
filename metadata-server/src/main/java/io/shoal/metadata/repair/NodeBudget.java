package io.shoal.metadata.repair;

import io.shoal.common.id.NodeId;
import java.util.HashMap;
import java.util.Map;

/**
 * What repair may ask of each node: bytes in a second, and copies at a time. A node that has just
 * been idle may take a second's worth at once; a chunk may overdraw what is left, and the node
 * rests until that is made up. Belongs to the shard of the run. Holds a few numbers for each node.
 */
final class NodeBudget {
  private static final double NANOS_PER_SECOND = 1e9;

  private static final class Account {
    private double bytes;
    private long atNanos;
    private int copies;
  }

  private final RepairSettings settings;
  private final Map<NodeId, Account> accounts = new HashMap<>();

  NodeBudget(RepairSettings settings) {
    this.settings = settings;
  }

  /** Tells whether a node may get something to do. */
  boolean allows(NodeId nodeId, long nowNanos) {
    Account account = account(nodeId, nowNanos);
    return account.bytes > 0 && account.copies < settings.copiesPerNode();
  }

  /** Takes bytes from what a node may do. */
  void spend(NodeId nodeId, long bytes, long nowNanos) {
    account(nodeId, nowNanos).bytes -= bytes;
  }

  void beginCopy(NodeId nodeId, long bytes, long nowNanos) {
    spend(nodeId, bytes, nowNanos);
    account(nodeId, nowNanos).copies++;
  }

  void endCopy(NodeId nodeId, long nowNanos) {
    account(nodeId, nowNanos).copies--;
  }

  /** Returns how many copies a node is busy with. */
  int copies(NodeId nodeId, long nowNanos) {
    return account(nodeId, nowNanos).copies;
  }

  private Account account(NodeId nodeId, long nowNanos) {
    Account account = accounts.get(nodeId);
    if (account == null) {
      account = new Account();
      account.bytes = (double) settings.bytesPerSecond();
      account.atNanos = nowNanos;
      accounts.put(nodeId, account);
      return account;
    }
    double earned =
        (nowNanos - account.atNanos) / NANOS_PER_SECOND * (double) settings.bytesPerSecond();
    account.bytes = Math.min((double) settings.bytesPerSecond(), account.bytes + earned);
    account.atNanos = nowNanos;
    return account;
  }
}
