package io.shoal.metadata.consensus;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.shard.Shard;
import io.shoal.metadata.consensus.queue.CommandQueue;
import io.shoal.metadata.consensus.raft.RaftEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Whether this server leads. Opens and closes the queue, starts the clock of each term, and tells
 * the listeners, one event after another on a shard.
 *
 * <p>Ratis's two callbacks come on different threads and can overtake each other; a server that
 * believes to lead and does not learns it from the first entry that it appends.
 */
final class Leadership implements RaftEvents {
  private final CommandQueue queue;
  private final LogClock clock;
  private final LongSupplier replicatedNowMillis;
  private final Supplier<ShoalException> notLeader;
  private final Shard shard;

  /** The term in which this server leads; 0 while it does not. Written under the lock. */
  private volatile long leaderTerm;

  private long lostTerm;

  // Owned by the shard.
  private final List<LeadershipListener> listeners = new ArrayList<>();
  private long toldTerm;
  private boolean toldFollows;

  /**
   * Makes a leadership that is not held.
   *
   * @param replicatedNowMillis reads the log clock as applied
   * @param notLeader makes the refusal of a server that does not lead
   * @param shard runs the listeners
   */
  Leadership(
      CommandQueue queue,
      LogClock clock,
      LongSupplier replicatedNowMillis,
      Supplier<ShoalException> notLeader,
      Shard shard) {
    this.queue = queue;
    this.clock = clock;
    this.replicatedNowMillis = replicatedNowMillis;
    this.notLeader = notLeader;
    this.shard = shard;
  }

  boolean held() {
    return term() != 0;
  }

  /** Returns the term in which this server leads; 0 if it does not. */
  long term() {
    return leaderTerm;
  }

  void addListener(LeadershipListener listener) {
    shard.execute(
        () -> {
          listeners.add(listener);
          listener.onFollowing(toldFollows);
          if (toldTerm != 0) {
            listener.onLeader(toldTerm);
          }
        });
  }

  @Override
  public synchronized void onLeader(long term) {
    if (term <= lostTerm || term <= leaderTerm) {
      return;
    }
    clock.begin(replicatedNowMillis.getAsLong());
    leaderTerm = term;
    queue.open(term);
    shard.execute(
        () -> {
          toldTerm = term;
          listeners.forEach(listener -> listener.onLeader(term));
        });
  }

  @Override
  public synchronized void onFollowing(boolean follows) {
    if (lostTerm == Long.MAX_VALUE) {
      return;
    }
    shard.execute(
        () -> {
          toldFollows = follows;
          listeners.forEach(listener -> listener.onFollowing(follows));
        });
  }

  @Override
  public synchronized void onNotLeader() {
    lose(notLeader.get());
  }

  @Override
  public void onHandingOver() {
    queue.endLease();
  }

  @Override
  public synchronized void onRefused(long term) {
    if (term == leaderTerm) {
      onNotLeader();
    }
  }

  /**
   * The server stops: it leads no more, and never will.
   *
   * @return completes when no listener is called any more
   */
  synchronized CompletableFuture<Void> end() {
    lose(new ShoalException(ErrorCode.UNAVAILABLE, "", "this metadata server is shutting down"));
    lostTerm = Long.MAX_VALUE;
    return shard.close();
  }

  private void lose(ShoalException reason) {
    long term = leaderTerm;
    if (term == 0) {
      return;
    }
    leaderTerm = 0;
    lostTerm = term;
    queue.close(reason);
    shard.execute(
        () -> {
          toldTerm = 0;
          listeners.forEach(listener -> listener.onLeadershipLost(term));
        });
  }
}
