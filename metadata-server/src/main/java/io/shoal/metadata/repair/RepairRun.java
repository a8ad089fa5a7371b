package io.shoal.metadata.repair;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.shard.Shard;
import io.shoal.common.time.Timer;
import io.shoal.metadata.cluster.ClusterQueries;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.placement.CopyPlacement;
import io.shoal.metadata.repair.RepairOrders.Copied;
import io.shoal.metadata.repair.RepairOrders.Finding;
import io.shoal.metadata.store.StateView;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repair in one term: a round each interval goes through all that may be due, and answers of nodes
 * let it go on in between. Belongs to the shard.
 */
final class RepairRun {
  private static final Logger LOG = LoggerFactory.getLogger(RepairRun.class);

  /** How long copies wait when nodes may not be asked for more. */
  private static final Duration BUDGET_DELAY = Duration.ofMillis(50);

  private final RepairTerm term;
  private final Timer timer;
  private final Shard shard;
  private final Duration pauseLimit;
  private final CopyPlacement placement;
  private final NodeJudge judge;
  private final ReplicaChecks checks;
  private final CopyWork copies;
  private final SurplusWork surplus;
  private Timer.@Nullable Scheduled nextRound;
  private Timer.@Nullable Scheduled nextFill;

  /** When the last round ended: how long it took is no standing still. */
  private long lastRoundNanos;

  /**
   * Makes a run that has not begun.
   *
   * @param pauseLimit how late a round may be; later, this process itself stood still
   */
  RepairRun(
      RepairTerm term, Timer timer, Shard shard, Duration pauseLimit, CopyPlacement placement) {
    this.term = term;
    this.timer = timer;
    this.shard = shard;
    this.pauseLimit = pauseLimit;
    this.placement = placement;
    this.judge = new NodeJudge(term);
    this.checks = new ReplicaChecks(term);
    this.copies = new CopyWork(term, placement);
    this.surplus = new SurplusWork(term, placement);
  }

  void begin() {
    lastRoundNanos = term.nanos();
    round();
  }

  void end() {
    term.end();
    cancel(nextRound);
    cancel(nextFill);
    nextFill = null;
    checks.clear();
    copies.clear();
    surplus.clear();
  }

  private static void cancel(Timer.@Nullable Scheduled scheduled) {
    if (scheduled != null) {
      scheduled.cancel();
    }
  }

  private void round() {
    if (term.ended()) {
      return;
    }
    long now = term.nanos();
    Duration late = Duration.ofNanos(now - lastRoundNanos);
    if (late.compareTo(pauseLimit) > 0) {
      LOG.warn(
          "This server stood still for {} ms: no node is judged by that time", late.toMillis());
      term.liveness().begin();
    }
    long orderLimit = now - term.settings().orderTimeout().toNanos();
    checks.loseOlderThan(orderLimit);
    copies.loseOlderThan(orderLimit);
    surplus.loseOlderThan(orderLimit);
    try (StateView view = term.view()) {
      List<NodeRecord> nodes = new ClusterQueries(view).nodes();
      placement.refresh(nodes, term.liveness(), node -> 0);
      judge.round(view, nodes);
      checks.round(view);
      copies.round(view, nodes);
      surplus.round(view, nodes);
    }
    lastRoundNanos = term.nanos();
    nextRound = timer.schedule(term.settings().interval(), shard, this::round);
  }

  void attached(NodeId nodeId) {
    copies.attached(nodeId);
    surplus.attached(nodeId);
    checks.attached(nodeId);
  }

  void checked(NodeId nodeId, long orderId, List<Finding> findings) {
    checks.answered(nodeId, orderId, findings);
    surplus.answered(nodeId, orderId, findings);
  }

  void copied(NodeId nodeId, long orderId, Copied copied) {
    copies.answered(nodeId, orderId, copied);
    fill();
  }

  void suspected(NodeId nodeId, List<ChunkId> chunkIds) {
    checks.suspected(nodeId, chunkIds);
  }

  private void fill() {
    if (term.ended() || nextFill != null) {
      return;
    }
    boolean waits;
    try (StateView view = term.view()) {
      waits = copies.fill(view);
    }
    if (waits) {
      nextFill =
          timer.schedule(
              BUDGET_DELAY,
              shard,
              () -> {
                nextFill = null;
                fill();
              });
    }
  }
}
