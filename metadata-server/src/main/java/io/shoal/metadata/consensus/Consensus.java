package io.shoal.metadata.consensus;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.error.ShoalException;
import io.shoal.common.shard.Shard;
import io.shoal.common.time.TimeSource;
import io.shoal.common.time.Timer;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.consensus.queue.CommandQueue;
import io.shoal.metadata.consensus.queue.LeaderLease;
import io.shoal.metadata.consensus.queue.PendingEntry;
import io.shoal.metadata.consensus.raft.EntryCodec;
import io.shoal.metadata.consensus.raft.RaftNode;
import io.shoal.metadata.consensus.raft.StateTransition;
import io.shoal.metadata.consensus.snapshot.SnapshotSource;
import io.shoal.metadata.consensus.snapshot.Snapshots;
import io.shoal.metadata.consensus.snapshot.StateDirectory;
import io.shoal.metadata.store.ReplaceableStateStore;
import io.shoal.metadata.store.StateReader;
import io.shoal.metadata.store.StateView;
import io.shoal.metadata.store.StateViews;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToLongFunction;

/**
 * The replicated log and the state that it makes, of one server: opens both, lets commands in while
 * this server leads, and closes them. A command goes from {@link CommandQueue} into an entry, with
 * that through {@link RaftNode}, and is applied to the {@link ReplaceableStateStore}; its reply
 * goes back from there.
 */
public final class Consensus implements CommandLog, StateViews, AutoCloseable {
  private static final int LISTENER_TASKS_MAX = 1_024;
  private static final int CLOSING_SECONDS = 5;

  /**
   * What the log is about, and what it runs on.
   *
   * @param snapshots where those of other servers come from
   * @param indices where servers that do not lead learn how far the log is
   * @param replicatedNowMillis reads the log clock from the state; 0 if it never ran
   * @param executor completes futures and calls listeners; must outlive the log
   */
  public record Environment(
      StateTransition transition,
      EntryCodec codec,
      SnapshotSource snapshots,
      LogIndexSource indices,
      ToLongFunction<StateReader> replicatedNowMillis,
      TimeSource time,
      Timer timer,
      Executor executor,
      FaultHandler faults) {}

  private final ConsensusSettings settings;
  private final EntryCodec codec;
  private final Snapshots snapshots;
  private final StateDirectory state;
  private final ReplaceableStateStore store;
  private final ExecutorService appending;
  private final LogClock clock;
  private final CommandQueue queue;
  private final Leadership leadership;
  private final FollowerBarrier followers;
  private final RaftNode node;

  /**
   * Opens the state, and restores it from a snapshot if need be. The log is opened by {@link
   * #start}.
   *
   * @throws IOException if the state is damaged beyond its snapshots
   */
  public Consensus(ConsensusSettings settings, Environment environment) throws IOException {
    this.settings = settings;
    this.codec = environment.codec();
    this.clock = new LogClock(environment.time());
    this.snapshots = new Snapshots(settings.snapshotDirectory(), settings.snapshots().retained());
    this.state = new StateDirectory(settings.directory(), settings.rocks(), environment.faults());
    this.store = new ReplaceableStateStore(state.open(snapshots));
    this.appending =
        Executors.newSingleThreadExecutor(task -> new Thread(task, "metadata-log-append"));
    this.queue =
        new CommandQueue(
            settings.limits(),
            this::append,
            appending,
            environment.executor(),
            this::notLeader,
            new LeaderLease(RaftNode.LEASE, environment.time()));
    this.leadership =
        new Leadership(
            queue,
            clock,
            () -> replicatedNowMillis(environment),
            this::notLeader,
            new Shard(
                "leadership", environment.executor(), LISTENER_TASKS_MAX, environment.faults()));
    this.followers =
        new FollowerBarrier(
            environment.indices(),
            () -> knownLeader().address(),
            store,
            environment.time(),
            environment.timer(),
            environment.executor(),
            settings.limits().pendingCommandsMax());
    this.node = newNode(environment);
  }

  private RaftNode newNode(Environment environment) throws IOException {
    try {
      return new RaftNode(
          settings.raft(),
          store,
          state,
          snapshots,
          environment.snapshots(),
          environment.time(),
          environment.timer(),
          codec,
          environment.transition(),
          leadership,
          environment.faults());
    } catch (IOException | RuntimeException e) {
      appending.shutdown();
      store.close();
      throw e;
    }
  }

  /** The queue needs the node, and the node the queue. */
  private void append(PendingEntry entry) {
    node.append(entry);
  }

  /** With the address of the leader as its subject, if there is one. */
  private ShoalException notLeader() {
    String leader = node.knownLeader().address();
    return leader.isEmpty()
        ? new ShoalException(
            ErrorCode.NOT_LEADER, "", "this metadata server does not serve yet, or any more")
        : new ShoalException(
            ErrorCode.NOT_LEADER, leader, "the metadata server at " + leader + " leads");
  }

  private long replicatedNowMillis(Environment environment) {
    try (StateView view = store.view()) {
      return environment.replicatedNowMillis().applyAsLong(view);
    }
  }

  /**
   * Opens the log and takes part in elections. Blocks while the log is read.
   *
   * @throws IOException if the log is damaged, or not of the same history as the state
   */
  public void start() throws IOException {
    node.start();
  }

  /**
   * Adds a listener; if this server leads already, it is told so.
   *
   * @param listener called on the executor of the environment
   */
  public void addLeadershipListener(LeadershipListener listener) {
    leadership.addListener(listener);
  }

  @Override
  public CompletableFuture<Reply> submit(CommandEnvelope command) {
    return queue.submit(command, codec.encode(command));
  }

  @Override
  public CompletableFuture<Void> readBarrier() {
    if (!settings.alone()) {
      return queue.barrier();
    }
    // Rule R1: with one peer nobody else can have been elected since.
    if (leadership.held()) {
      return CompletableFuture.completedFuture(null);
    }
    return CompletableFuture.failedFuture(notLeader());
  }

  @Override
  public CompletableFuture<Void> readBarrier(ReadConsistency consistency) {
    return switch (consistency) {
      case LINEARIZABLE -> readBarrier();
      case LEASE -> settings.alone() ? readBarrier() : queue.leaseBarrier();
      case FOLLOWER -> leadership.held() ? readBarrier() : followers.await();
      case STALE -> CompletableFuture.completedFuture(null);
    };
  }

  @Override
  public CompletableFuture<Long> logIndex(String peerId) {
    return readBarrier()
        .thenApply(
            passed -> {
              long index = store.applied().index();
              node.tellCommitted(peerId, index);
              return index;
            });
  }

  @Override
  public long nowMillis() {
    return clock.nowMillis();
  }

  @Override
  public KnownLeader knownLeader() {
    long term = leadership.term();
    return term != 0
        ? new KnownLeader(term, settings.self().service().toString())
        : node.knownLeader();
  }

  @Override
  public PeerGroup group() {
    return node.group();
  }

  @Override
  public boolean isLeader() {
    return leadership.held();
  }

  @Override
  public StateView view() {
    return store.view();
  }

  /** Returns the snapshots of this server. */
  public Snapshots snapshots() {
    return snapshots;
  }

  /**
   * Takes a snapshot now, beside those that are taken as the log grows, if there is none that holds
   * all that was acknowledged before this call.
   *
   * @return completes when there is one; fails with {@code NOT_LEADER} or {@code UNAVAILABLE} if
   *     this server can't tell, or can't take it
   */
  public CompletableFuture<Void> takeSnapshot() {
    return readBarrier().thenCompose(passed -> node.takeSnapshot());
  }

  /**
   * Lets no more commands in, and tells the listeners that this server leads no more, and nothing
   * after that. Commands that wait fail with {@code UNAVAILABLE}; those in flight go on. Blocks
   * until the listeners were told; may be called again.
   *
   * @throws IOException if they do not return
   */
  public void resign() throws IOException {
    node.closing();
    await(leadership.end(), "listeners of the leadership are still at work");
  }

  /**
   * Stops; entries in flight fail with {@code OUTCOME_UNKNOWN}, views that are open stay good.
   * Blocks until log and state are closed; for views that are still open then it waits no longer
   * than some seconds.
   *
   * @throws IOException if one of both could not be closed in time
   */
  @Override
  public void close() throws IOException {
    try {
      resign();
    } finally {
      node.close();
      appending.shutdown();
      store.close();
      // Ratis may have begun to close it, on a thread of its own.
      await(store.released(), "the state has readers still");
    }
  }

  private static void await(CompletableFuture<Void> done, String otherwise) throws IOException {
    try {
      done.get(CLOSING_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(otherwise, e);
    }
  }
}
