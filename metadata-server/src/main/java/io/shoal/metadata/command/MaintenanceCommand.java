package io.shoal.metadata.command;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import java.util.List;

/**
 * Commands of the leader that carry out what time or nodes have made due; without a stamp. Each
 * does a bounded number of units of work, and its reply tells whether more is due: it all stands in
 * tables, so that any leader at any time can go on.
 */
public sealed interface MaintenanceCommand extends Command {
  /** Most units of work in one command. */
  int UNIT_LIMIT = 4_096;

  /**
   * Rule T1: raises the log clock by its envelope, and ends sessions that are due. Answered by
   * {@link Reply.Progress}.
   *
   * @param unitLimit most sessions, pending inodes and replies to drop, up to {@link #UNIT_LIMIT};
   *     0 to raise the clock only
   */
  record Tick(int unitLimit) implements MaintenanceCommand {}

  /** Rule C2: seals open chunks whose grants have expired. Answered by {@link Reply.Progress}. */
  record SealExpired(int unitLimit) implements MaintenanceCommand {}

  /**
   * Rules C6, G2, R2: takes removed directories apart, drops the extents of removed files after
   * their grace period, forgets tombstones whose grants have expired. Answered by {@link
   * Reply.Progress}.
   */
  record Reclaim(int unitLimit) implements MaintenanceCommand {}

  /**
   * A node's durable answer to an order to delete: it has no replica of these any more. Answered by
   * {@link Reply.Progress}.
   */
  record ReplicasDeleted(NodeId nodeId, List<ChunkId> chunkIds) implements MaintenanceCommand {
    public ReplicasDeleted {
      chunkIds = List.copyOf(chunkIds);
    }
  }
}
