package io.shoal.metadata.repair;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.chunk.ChunkRow;
import io.shoal.metadata.chunk.ChunkState;
import io.shoal.metadata.chunk.HeldChunk;
import io.shoal.metadata.chunk.Replica;
import io.shoal.metadata.chunk.UncountedReplica;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.cluster.NodeRecord.AdminState;
import io.shoal.metadata.placement.CopyPlacement;
import io.shoal.metadata.repair.RebalanceStatus.State;
import io.shoal.metadata.repair.RepairOrders.Content;
import io.shoal.metadata.store.StateView;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evens out how full the nodes are, when an operator asks for it: has replicas copied from full
 * nodes to emptier ones, where the chunk is spread over failure domains at least as well, and then
 * removed from the full ones as any surplus. Begins nothing while there is something to repair, and
 * leaves half of what nodes may be asked for to others. Ends by itself. Belongs to the shard of the
 * run.
 *
 * <p><b>Soft state.</b> It ends with the term, and what was moved stays moved: to go on later,
 * unasked, is not what the operator who was looking on had in mind.
 */
final class Rebalance {
  private static final Logger LOG = LoggerFactory.getLogger(Rebalance.class);

  private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(10);
  private static final double MILLION = 1e6;

  /** Ways through all replicas of full nodes, after which it ends if all that began has failed. */
  private static final int VAIN_WALKS = 3;

  /** How long it waits for moves to end and nodes to come back, before it looks again. */
  private static final Duration PAUSE = Duration.ofSeconds(5);

  /** Chunks of a node that are looked at together. */
  private static final int PAGE = 200;

  /** How far a node's replicas were gone through. */
  private static final class Walk {
    private final Deque<HeldChunk> page = new ArrayDeque<>();
    private @Nullable HeldChunk cursor;
    private boolean ended;

    boolean done() {
      return ended && page.isEmpty();
    }
  }

  private enum Begun {
    /** A copy was ordered. */
    YES,
    /** The chunk can't go anywhere. */
    NO,
    /** Its nodes may not be asked for more at present. */
    WAITS
  }

  private final RepairTerm term;
  private final CopyPlacement placement;
  private final CopyOrders orders;
  private final Moves moves;
  private final Map<NodeId, Walk> walks = new HashMap<>();
  private State state = State.NONE;
  private int thresholdMillionths;
  private long beganNanos;
  private long endedNanos;

  /** Moves that began since the walks did, and copies that came to be. */
  private long begunSinceWalks;

  private long copiedSinceWalks;

  /** Whether a chunk was left out because a node is away that has a replica of it. */
  private boolean awaySinceWalks;

  private int vainWalks;
  private long walksBeginNanos;

  private RepairProgress progress;

  Rebalance(RepairTerm term, CopyPlacement placement, CopyOrders orders, Moves moves) {
    this.term = term;
    this.placement = placement;
    this.orders = orders;
    this.moves = moves;
    this.progress = new RepairProgress("moved", term.nanos());
  }

  /** Begins one, in the place of the one that is running; moves that are under way go on. */
  void start(int newThresholdMillionths) {
    thresholdMillionths = newThresholdMillionths;
    beganNanos = term.nanos();
    progress = new RepairProgress("moved", beganNanos);
    progress.begin(beganNanos);
    vainWalks = 0;
    walkAnew();
    state = State.RUNNING;
    LOG.info("A rebalance begins: nodes may differ from the mean by {} %", percent());
    conclude();
  }

  private void walkAnew() {
    walks.clear();
    begunSinceWalks = 0;
    copiedSinceWalks = 0;
    awaySinceWalks = false;
    walksBeginNanos = term.nanos();
  }

  private double percent() {
    return 100 * thresholdMillionths / MILLION;
  }

  /** Begins no more moves; those that are under way go on. */
  void stop() {
    if (state.lasts()) {
      end(State.STOPPED);
    }
  }

  private void end(State how) {
    state = how;
    endedNanos = term.nanos();
    walks.clear();
    LOG.info("The rebalance has ended, {}: {}", how, progress.summary(endedNanos));
  }

  /**
   * Looks how far the moves are, and whether it is at its end.
   *
   * @return as {@link #fill}
   */
  boolean round(StateView view, boolean repairing) {
    moves
        .round(view)
        .forEach(
            (content, outcome) -> {
              if (outcome == Moves.Outcome.MOVED) {
                progress.copied(content.length());
              } else {
                progress.failed();
              }
            });
    if (!state.lasts()) {
      return false;
    }
    state = repairing ? State.PAUSED : State.RUNNING;
    if (progress.due(term.nanos(), PROGRESS_INTERVAL)) {
      LOG.info("The rebalance is {}: {}", state, progress.summary(term.nanos()));
    }
    boolean waits = fill(view, repairing);
    conclude();
    return waits;
  }

  private void conclude() {
    if (state != State.RUNNING || gathers()) {
      return;
    }
    Balance balance = balance();
    boolean idle = moves.size() == 0;
    if (balance.nodes().isEmpty()) {
      end(State.STUCK);
    } else if (balance.reached()) {
      if (idle) {
        end(State.BALANCED);
      }
    } else if (balance.sources().stream().allMatch(source -> walk(source).done())) {
      concludeWalks(idle);
    }
  }

  /** All that could be moved was tried; whatever becomes of it, there may be more by now. */
  private void concludeWalks(boolean idle) {
    if (idle && begunSinceWalks == 0 && !awaySinceWalks) {
      end(State.STUCK);
      return;
    }
    boolean rests = begunSinceWalks == 0;
    if (!idle && term.nanos() - walksBeginNanos < PAUSE.toNanos()) {
      return;
    }
    vainWalks = rests || copiedSinceWalks > 0 ? 0 : vainWalks + 1;
    if (vainWalks == VAIN_WALKS) {
      end(State.STUCK);
      return;
    }
    walkAnew();
    if (rests) {
      // Who is away comes back, or is declared dead, and what it had is repaired.
      walksBeginNanos += PAUSE.toNanos();
    }
  }

  /** Tells whether nodes that take part may not have been heard of yet. */
  private boolean gathers() {
    return term.liveness().stillGathering()
        && orders.nodes().values().stream()
            .anyMatch(
                node ->
                    !node.dead()
                        && node.adminState() == AdminState.ACTIVE
                        && term.liveness().report(node.nodeId()) == null);
  }

  /** Returns how full the nodes are and will be when the moves have ended. */
  private Balance balance() {
    Balance balance =
        new Balance(
            thresholdMillionths / MILLION,
            Balance.reported(List.copyOf(orders.nodes().values()), term.liveness()));
    moves.account(balance);
    return balance;
  }

  /**
   * Begins moves until every node has or will have its place, or no more may be under way.
   *
   * @return whether moves wait for what nodes may be asked for
   */
  boolean fill(StateView view, boolean repairing) {
    if (!state.lasts() || repairing || gathers() || term.nanos() - walksBeginNanos < 0) {
      return false;
    }
    Balance balance = balance();
    boolean waits = false;
    for (NodeId source : balance.sources()) {
      waits |= fill(view, balance, source);
    }
    return waits;
  }

  private Walk walk(NodeId source) {
    return walks.computeIfAbsent(source, id -> new Walk());
  }

  /** Goes on through what a node has, at most one page further. */
  private boolean fill(StateView view, Balance balance, NodeId source) {
    ChunkQueries chunks = new ChunkQueries(view);
    Walk walk = walk(source);
    if (walk.page.isEmpty() && !walk.ended) {
      List<HeldChunk> page = chunks.countedOn(source, walk.cursor, PAGE);
      walk.page.addAll(page);
      if (page.size() < PAGE) {
        walk.ended = true;
      } else {
        walk.cursor = page.get(page.size() - 1);
      }
    }
    while (!walk.page.isEmpty() && !balance.reached()) {
      if (!moves.mayBegin()) {
        return false;
      }
      ChunkId next = walk.page.getFirst().chunkId();
      if (begin(balance, source, next, chunks.find(next)) == Begun.WAITS) {
        return true;
      }
      walk.page.removeFirst();
    }
    return !walk.done() && !balance.reached();
  }

  private Begun begin(Balance balance, NodeId source, ChunkId chunkId, @Nullable ChunkRow row) {
    if (row == null || !isSettled(row) || moves.has(chunkId) || orders.underWay(chunkId)) {
      return Begun.NO;
    }
    Content content = CopyOrders.contentOf(chunkId, row);
    List<NodeId> staying = new ArrayList<>();
    row.replicas().forEach(replica -> staying.add(replica.nodeId()));
    if (!staying.remove(source)) {
      return Begun.NO;
    }
    Predicate<NodeId> fits =
        node ->
            orders.mayTake(row, node)
                && placement.takes(node, content.length())
                && balance.mayMove(source, node, content.length());
    if (orders.nodes().keySet().stream()
        .noneMatch(node -> fits.test(node) && placement.spreadsAsWell(node, source, staying))) {
      return Begun.NO;
    }
    List<NodeRecord> sources = orders.sources(row);
    NodeId target =
        mayBeAsked(sources.get(0).nodeId())
            ? placement.chooseInstead(
                content.length(), source, staying, node -> fits.test(node) && mayBeAsked(node))
            : null;
    if (target == null) {
      return Begun.WAITS;
    }
    if (!orders.order(content, sources, target, counts -> copied(chunkId, counts))) {
      return Begun.WAITS;
    }
    moves.begin(content, source, target);
    balance.willGet(target, content.length());
    balance.willLose(source, content.length());
    begunSinceWalks++;
    return Begun.YES;
  }

  /**
   * Tells whether a chunk is at rest: it has what it should have, where it can be read, and no more
   * but what nodes have that are not here.
   */
  private boolean isSettled(ChunkRow row) {
    boolean surplusHere =
        row.holders().uncounted().stream()
            .anyMatch(
                other ->
                    other.state() != UncountedReplica.State.DELETING
                        && orders.attached(other.nodeId()));
    return row.state() == ChunkState.SEALED
        && row.replicas().size() == row.redundancy().replication()
        && !surplusHere
        && row.replicas().stream().allMatch(this::isThere);
  }

  private boolean isThere(Replica replica) {
    NodeRecord node = orders.nodes().get(replica.nodeId());
    if (node == null || node.inMaintenance() || !node.mayCount(replica.volume())) {
      return false;
    }
    boolean there = orders.attached(replica.nodeId());
    awaySinceWalks |= !there;
    return there;
  }

  /** Tells whether a node has more to spare than half of the copies that it may be busy with. */
  private boolean mayBeAsked(NodeId nodeId) {
    long now = term.nanos();
    return term.budget().allows(nodeId, now)
        && term.budget().copies(nodeId, now) < (term.settings().copiesPerNode() + 1) / 2;
  }

  private void copied(ChunkId chunkId, boolean counts) {
    moves.copied(chunkId, counts);
    if (counts) {
      copiedSinceWalks++;
    } else {
      progress.failed();
    }
  }

  RebalanceStatus status() {
    Balance now = balance();
    boolean lasts = state.lasts();
    long leftBytes = lasts ? now.leftBytes() : 0;
    long chunkBytes = now.meanChunkBytes();
    long untilNanos = lasts ? term.nanos() : endedNanos;
    return new RebalanceStatus(
        state,
        thresholdMillionths,
        NodeFullness.millionths(now.mean(), 1),
        now.nodes(),
        progress.copies(),
        progress.bytes(),
        progress.failures(),
        moves.size(),
        chunkBytes == 0 ? 0 : (leftBytes + chunkBytes - 1) / chunkBytes,
        leftBytes,
        state == State.NONE ? 0 : Duration.ofNanos(untilNanos - beganNanos).toMillis());
  }
}
