package io.shoal.metadata.repair;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.chunk.ChunkRow;
import io.shoal.metadata.chunk.ChunkState;
import io.shoal.metadata.chunk.UncountedReplica;
import io.shoal.metadata.repair.RepairOrders.Content;
import io.shoal.metadata.store.StateView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Replicas on their way from one node to another: copied first, and removed where they were by the
 * same work as any surplus. Each is followed until both nodes have reported what became of it, so
 * that no byte is taken for being where it is not. Belongs to the shard of the run.
 *
 * <p><b>Soft state.</b> What is forgotten is a copy too many, of which the least needed goes.
 */
final class Moves {
  /** Moves that are followed at a time. */
  static final int LIMIT = 2_000;

  /** Copies that wait to be removed where they were, above which no move begins. */
  private static final int SURPLUS_LIMIT = 400;

  private static final long SURPLUS_LIMIT_BYTES = 256L << 20;

  /** How many times an order's timeout a move may take from one stage to the next. */
  private static final int PATIENCE = 5;

  /** How far a move is. */
  private enum Stage {
    /** The target makes its replica. */
    COPYING,
    /** Both have one; those that are to stay are read, and then the source's is marked. */
    SURPLUS,
    /** The source's replica does not count, and is to be deleted. */
    DELETING,
    /** It is deleted; the nodes' next reports tell what they have without it, and with it. */
    SETTLING
  }

  /** What a move has come to. */
  enum Outcome {
    /** It goes on. */
    NONE,
    /** The source's replica counts no more: the replica has moved. */
    MOVED,
    /** Nothing is to be followed any more. */
    FAILED
  }

  private static final class Move {
    private final Content content;
    private final NodeId source;
    private final NodeId target;
    private Stage stage = Stage.COPYING;
    private long sinceNanos;
    private long copiedNanos;

    Move(Content content, NodeId source, NodeId target) {
      this.content = content;
      this.source = source;
      this.target = target;
    }

    void moveTo(Stage next, long nowNanos) {
      stage = next;
      sinceNanos = nowNanos;
    }
  }

  private final RepairTerm term;
  private final Map<ChunkId, Move> moves = new LinkedHashMap<>();

  Moves(RepairTerm term) {
    this.term = term;
  }

  /** Takes note that a copy was ordered. */
  void begin(Content content, NodeId source, NodeId target) {
    moves.put(content.chunkId(), new Move(content, source, target));
  }

  /** Takes note of what came of the copy. */
  void copied(ChunkId chunkId, boolean counts) {
    Move move = moves.get(chunkId);
    if (move == null || move.stage != Stage.COPYING) {
      return;
    }
    if (counts) {
      move.copiedNanos = term.nanos();
      move.moveTo(Stage.SURPLUS, term.nanos());
    } else {
      moves.remove(chunkId);
    }
  }

  boolean has(ChunkId chunkId) {
    return moves.containsKey(chunkId);
  }

  int size() {
    return moves.size();
  }

  /** Returns whose replica of a chunk is to go, for it was copied to take its place. */
  @Nullable NodeId sourceOf(ChunkId chunkId) {
    Move move = moves.get(chunkId);
    return move == null ? null : move.source;
  }

  /** Tells whether another move may begin. */
  boolean mayBegin() {
    if (moves.size() >= LIMIT) {
      return false;
    }
    int surplus = 0;
    long bytes = 0;
    for (Move move : moves.values()) {
      if (move.stage == Stage.SURPLUS) {
        surplus++;
        bytes += move.content.length();
      }
    }
    return surplus < SURPLUS_LIMIT && bytes < SURPLUS_LIMIT_BYTES;
  }

  /** Tells a balance where bytes will be that no report shows there yet, or still does. */
  void account(Balance balance) {
    for (Move move : moves.values()) {
      long bytes = move.content.length();
      if (move.stage == Stage.COPYING || !reportedSince(move.target, move.copiedNanos)) {
        balance.willGet(move.target, bytes);
      }
      if (move.stage != Stage.SETTLING || !reportedSince(move.source, move.sinceNanos)) {
        balance.willLose(move.source, bytes);
      }
    }
  }

  private boolean reportedSince(NodeId nodeId, long nanos) {
    long silentMillis = term.liveness().silentMillis(nodeId);
    return silentMillis >= 0
        && term.nanos() - Duration.ofMillis(silentMillis + 1).toNanos() - nanos >= 0;
  }

  /** Looks how far the moves are; returns what came of those that came to something. */
  Map<Content, Outcome> round(StateView view) {
    ChunkQueries chunks = new ChunkQueries(view);
    Set<NodeId> attached = term.nodes().attached();
    Map<Content, Outcome> outcomes = new LinkedHashMap<>();
    List<Move> gone = new ArrayList<>();
    for (Move move : moves.values()) {
      if (move.stage == Stage.COPYING) {
        continue;
      }
      Outcome outcome = follow(move, chunks.find(move.content.chunkId()));
      if (outcome != Outcome.NONE) {
        outcomes.put(move.content, outcome);
      }
      boolean away = !attached.contains(move.source) || !attached.contains(move.target);
      if (outcome == Outcome.FAILED || hasSettled(move) || away || isLate(move)) {
        gone.add(move);
        if (move.stage == Stage.SURPLUS && outcome == Outcome.NONE) {
          outcomes.put(move.content, Outcome.FAILED);
        }
      }
    }
    gone.forEach(move -> moves.remove(move.content.chunkId()));
    return outcomes;
  }

  private Outcome follow(Move move, @Nullable ChunkRow row) {
    boolean live = row != null && row.state() == ChunkState.SEALED;
    UncountedReplica other = row == null ? null : row.holders().uncounted(move.source);
    return switch (move.stage) {
      case SURPLUS -> {
        if (!live || row == null || !row.holders().counts(move.target)) {
          yield Outcome.FAILED;
        }
        if (row.holders().counts(move.source)) {
          // With another one gone, none is too many.
          boolean tooMany = row.replicas().size() > row.redundancy().replication();
          yield tooMany ? Outcome.NONE : Outcome.FAILED;
        }
        move.moveTo(Stage.DELETING, term.nanos());
        yield Outcome.MOVED;
      }
      case DELETING -> {
        if (other == null) {
          move.moveTo(Stage.SETTLING, term.nanos());
        }
        yield Outcome.NONE;
      }
      case COPYING, SETTLING -> Outcome.NONE;
    };
  }

  private boolean hasSettled(Move move) {
    return move.stage == Stage.SETTLING
        && reportedSince(move.source, move.sinceNanos)
        && reportedSince(move.target, move.copiedNanos);
  }

  private boolean isLate(Move move) {
    long patience = PATIENCE * term.settings().orderTimeout().toNanos();
    return term.nanos() - move.sinceNanos > patience;
  }

  void clear() {
    moves.clear();
  }
}
