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
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
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
  private final CopyOrders orders;
  private final CopyWork copies;
  private final AbsenceWork absences;
  private final Moves moves;
  private final SurplusWork surplus;
  private final Rebalance rebalance;
  private Timer.@Nullable Scheduled nextRound;
  private Timer.@Nullable Scheduled nextFill;

  /** When the last round ended: how long it took is no standing still. */
  private long lastRoundNanos;

  /**
   * Makes a run that has not begun.
   *
   * @param pauseLimit how late a round may be; later, this process itself stood still
   * @param told gets what is known of nodes in maintenance
   */
  RepairRun(
      RepairTerm term,
      Timer timer,
      Shard shard,
      Duration pauseLimit,
      CopyPlacement placement,
      AtomicReference<Map<NodeId, NodeAbsence>> told) {
    this.term = term;
    this.timer = timer;
    this.shard = shard;
    this.pauseLimit = pauseLimit;
    this.placement = placement;
    this.judge = new NodeJudge(term);
    this.checks = new ReplicaChecks(term);
    this.orders = new CopyOrders(term);
    this.copies = new CopyWork(term, placement, orders);
    this.absences = new AbsenceWork(term, placement, orders, told);
    this.moves = new Moves(term);
    this.surplus = new SurplusWork(term, placement, moves);
    this.rebalance = new Rebalance(term, placement, orders, moves);
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
    orders.clear();
    copies.clear();
    absences.clear();
    surplus.clear();
    moves.clear();
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
    checks.loseOrders(orderLimit);
    orders.loseOrders(orderLimit);
    surplus.loseOrders(orderLimit);
    boolean waits;
    try (StateView view = term.view()) {
      List<NodeRecord> nodes = new ClusterQueries(view).nodes();
      placement.refresh(nodes, term.liveness(), node -> 0);
      orders.refresh(nodes);
      judge.round(view, nodes);
      checks.round(view);
      if (term.safeMode().on()) {
        // What was found out about nodes that are to be switched off holds no more.
        absences.clear();
        waits = false;
      } else {
        waits = moveReplicas(view, nodes);
      }
    }
    lastRoundNanos = term.nanos();
    nextRound = timer.schedule(term.settings().interval(), shard, this::round);
    if (waits) {
      fillLater();
    }
  }

  /** Returns whether there is more to do than nodes may be asked for at present. */
  private boolean moveReplicas(StateView view, List<NodeRecord> nodes) {
    copies.round(view);
    absences.round(view, nodes);
    surplus.round(view, nodes);
    return rebalance.round(view, copies.busy());
  }

  void attached(NodeId nodeId) {
    orders.attachedAnew(nodeId);
    surplus.attached(nodeId);
    checks.attached(nodeId);
  }

  void checked(NodeId nodeId, long orderId, List<Finding> findings) {
    checks.answered(nodeId, orderId, findings);
    surplus.answered(nodeId, orderId, findings);
  }

  void copied(NodeId nodeId, long orderId, Copied copied) {
    orders.answered(nodeId, orderId, copied);
    fill();
  }

  void suspected(NodeId nodeId, List<ChunkId> chunkIds) {
    checks.suspected(nodeId, chunkIds);
  }

  Rebalance rebalance() {
    return rebalance;
  }

  private void fill() {
    if (term.ended() || nextFill != null || term.safeMode().on()) {
      return;
    }
    boolean waits;
    orders.refreshAttached();
    try (StateView view = term.view()) {
      waits = copies.fill(view);
      waits |= absences.fill(view);
      waits |= rebalance.fill(view, copies.busy());
    }
    if (waits) {
      fillLater();
    }
  }

  private void fillLater() {
    if (nextFill == null) {
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
