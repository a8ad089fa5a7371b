package io.shoal.metadata.consensus.raft;

import io.shoal.common.error.FaultHandler;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.consensus.queue.PendingEntry;
import io.shoal.metadata.store.LogPosition;
import io.shoal.metadata.store.ReplaceableStateStore;
import io.shoal.metadata.store.StateDigest;
import io.shoal.metadata.store.StateWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * What Ratis applies the log to. Entries are applied one after another, each in one batch together
 * with its position; one that the store already holds is skipped.
 *
 * <p>Rule S1: whatever goes wrong here goes to the fault handler, which ends the process. Should
 * that return, as it does in tests, nothing is applied any more.
 */
final class ReplicatedStateMachine extends BaseStateMachine {
  private final ReplaceableStateStore store;
  private final StateTransition transition;
  private final EntryCodec codec;
  private final SnapshotStorage snapshots;
  private final SnapshotInstallation installation;
  private final RaftEvents events;
  private final FaultHandler faults;

  private volatile boolean faulted;

  /** The last snapshot that was fetched. */
  private volatile @Nullable Fetch fetching;

  /** Whether Ratis may close the server: until it is started, and when it is to be closed. */
  private volatile boolean mayClose = true;

  /** The last entry of the log when this server was started. */
  private volatile long lastAtStart = Long.MAX_VALUE;

  /** The term of the configuration entry that was applied last; used by the applying thread. */
  private long configurationTerm;

  /** Whether the configuration that was applied last, or is about to be, is without this server. */
  private volatile boolean leaving;

  ReplicatedStateMachine(
      ReplaceableStateStore store,
      StateTransition transition,
      EntryCodec codec,
      SnapshotStorage snapshots,
      SnapshotInstallation installation,
      RaftEvents events,
      FaultHandler faults) {
    this.store = store;
    this.transition = transition;
    this.codec = codec;
    this.snapshots = snapshots;
    this.installation = installation;
    this.events = events;
    this.faults = faults;
  }

  @Override
  public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage storage)
      throws IOException {
    super.initialize(server, groupId, storage);
    LogPosition applied = store.applied();
    if (applied.index() >= 0) {
      setLastAppliedTermIndex(TermIndex.valueOf(applied.term(), applied.index()));
    }
    getLifeCycle().startAndTransition(() -> {}, IOException.class);
  }

  /**
   * Compares the log, once it is read, with the state.
   *
   * @throws IOException if entries between the two are missing
   */
  void checkHistory(RaftLog log) throws IOException {
    long snapshot = log.getSnapshotIndex();
    TermIndex last = log.getLastEntryTermIndex();
    long lastIndex = last == null ? snapshot : Math.max(snapshot, last.getIndex());
    lastAtStart = lastIndex;
    long applied = store.applied().index();
    if (lastIndex < applied) {
      throw new IOException(
          "the log ends at " + lastIndex + " (expected: at least " + applied + ", as the state)");
    }
    if (log.getStartIndex() > snapshot + 1) {
      throw new IOException(
          "the log begins at "
              + log.getStartIndex()
              + " (expected: at most "
              + (snapshot + 1)
              + ", behind the newest snapshot)");
    }
  }

  @Override
  public StateMachineStorage getStateMachineStorage() {
    return snapshots;
  }

  @Override
  public @Nullable SnapshotInfo getLatestSnapshot() {
    return snapshots.getLatestSnapshot();
  }

  @Override
  public TransactionContext startTransaction(RaftClientRequest request) throws IOException {
    TransactionContext context = super.startTransaction(request);
    if (request.getMessage() instanceof EntryMessage message) {
      context.setStateMachineContext(message.entry());
    }
    return context;
  }

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext context) {
    if (faulted) {
      return CompletableFuture.failedFuture(new IllegalStateException("faulted before"));
    }
    try {
      applyEntry(context);
      return CompletableFuture.completedFuture(Message.EMPTY);
    } catch (RuntimeException | Error e) {
      fault("apply " + context.getLogEntry().getTerm() + ":" + context.getLogEntry().getIndex(), e);
      return CompletableFuture.failedFuture(e);
    }
  }

  private void applyEntry(TransactionContext context) {
    LogEntryProto entry = context.getLogEntry();
    LogPosition position = new LogPosition(entry.getTerm(), entry.getIndex());
    PendingEntry own =
        context.getStateMachineContext() instanceof PendingEntry pending ? pending : null;
    snapshots.passed(entry.getSerializedSize());
    if (position.index() <= store.applied().index()) {
      checkReplayed(position, own);
      return;
    }
    List<CommandEnvelope> commands = own == null ? commandsOf(entry) : own.commands();
    List<Reply> replies = new ArrayList<>(commands.size());
    try (StateWriter writer = store.begin()) {
      for (CommandEnvelope command : commands) {
        replies.add(transition.apply(writer, command));
      }
      store.commit(writer, position);
    }
    updateLastAppliedTermIndex(position.term(), position.index());
    if (own != null) {
      own.applied(replies);
    }
  }

  /** The store holds this entry already; unless the log was lost and began anew. */
  private void checkReplayed(LogPosition position, @Nullable PendingEntry own) {
    if (own != null || position.term() > store.applied().term()) {
      throw new IllegalStateException(
          "new entry at "
              + position
              + " (expected: behind "
              + store.applied()
              + "): the log and the state are not of the same history");
    }
  }

  /**
   * Rule S2: what another server sends is applied to the same state only. Not so what was in the
   * log when this server started: if most servers differ from one that led, it is that one which
   * has to stop, and they have to get past what it wrote.
   */
  private List<CommandEnvelope> commandsOf(LogEntryProto entry) {
    EntryCodec.Entry decoded =
        codec.decode(entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer());
    StateDigest leaders = decoded.digest();
    StateDigest own = store.digest();
    if (leaders != null
        && own != null
        && entry.getIndex() > lastAtStart
        && own.contradicts(leaders)) {
      throw new IllegalStateException(
          "the state of this server is another one than the leader's: "
              + own
              + " (expected: "
              + leaders
              + "). One of both is of no use any more (see: shoal admin metadata replace)");
    }
    return decoded.commands();
  }

  /**
   * Takes a snapshot.
   *
   * @return the index up to which the log may be deleted
   */
  @Override
  public long takeSnapshot() throws IOException {
    if (faulted || store.applied().index() < 0) {
      return -1;
    }
    try {
      return snapshots.take(store);
    } catch (IOException | UncheckedIOException e) {
      fault("take a snapshot", e);
      throw e;
    }
  }

  /**
   * This server lacks entries that the leader's log has no more; or it is new, and may lack some.
   *
   * @param first the first entry that the leader has
   * @return the position of the snapshot; null if none is needed
   */
  @Override
  public CompletableFuture<@Nullable TermIndex> notifyInstallSnapshotFromLeader(
      RoleInfoProto role, TermIndex first) {
    LogPosition applied = store.applied();
    if (first.getIndex() <= applied.index() && first.getTerm() > applied.term()) {
      IllegalStateException another =
          new IllegalStateException(
              "this server has applied entries up to "
                  + applied
                  + ", which the leader never had: its log begins with "
                  + first
                  + ". The metadata was restored from a backup without what is here: it is of no"
                  + " use any more");
      fault("follow the leader", another);
      return CompletableFuture.failedFuture(another);
    }
    if (first.getIndex() <= applied.index() + 1) {
      return CompletableFuture.completedFuture(null);
    }
    RaftPeerProto leader = role.getFollowerInfo().getLeaderInfo().getId();
    Fetch fetch = new Fetch(RaftPeerId.valueOf(leader.getId()), new CompletableFuture<>());
    fetching = fetch;
    var unused =
        installation
            .fetch(leader.getClientAddress())
            .whenComplete(
                (snapshot, failure) -> {
                  if (snapshot == null) {
                    fetch.answer().completeExceptionally(failure);
                  } else if (snapshot.position().index() + 1 < first.getIndex()) {
                    fetch
                        .answer()
                        .completeExceptionally(
                            new IllegalStateException(
                                snapshot + " (expected: up to " + first + ")"));
                  } else {
                    LogPosition position = snapshot.position();
                    fetch.answer().complete(TermIndex.valueOf(position.term(), position.index()));
                  }
                });
    return fetch.answer();
  }

  /**
   * A snapshot that is on its way.
   *
   * @param answer what Ratis waits for
   */
  private record Fetch(RaftPeerId leader, CompletableFuture<TermIndex> answer) {}

  /** Ratis begins to put a snapshot in the place of the state; nothing is applied until it is. */
  @Override
  public void pause() {
    getLifeCycle().transition(LifeCycle.State.PAUSING);
    getLifeCycle().transition(LifeCycle.State.PAUSED);
  }

  /** Called by the thread that applies the log. */
  @Override
  public void reinitialize() {
    try {
      getLifeCycle().transition(LifeCycle.State.STARTING);
      installation.install(store);
      snapshots.installed();
      LogPosition applied = store.applied();
      setLastAppliedTermIndex(TermIndex.valueOf(applied.term(), applied.index()));
      getLifeCycle().transition(LifeCycle.State.RUNNING);
    } catch (IOException | RuntimeException e) {
      fault("install a snapshot", e);
    }
  }

  @Override
  public void notifyTermIndexUpdated(long term, long index) {
    // Entries without commands are seen again in a replay, behind which the store may be.
    if (index > getLastAppliedTermIndex().getIndex()) {
      updateLastAppliedTermIndex(term, index);
    }
  }

  @Override
  public void notifyConfigurationChanged(
      long term, long index, RaftConfigurationProto configuration) {
    configurationTerm = term;
    leaving =
        configuration.getPeersCount() > 0
            && configuration.getPeersList().stream()
                .noneMatch(peer -> RaftPeerId.valueOf(peer.getId()).equals(getId()));
  }

  /** Follows {@link #notifyConfigurationChanged} of the entry with which the term began. */
  @Override
  public void notifyLeaderReady() {
    events.onLeader(configurationTerm);
  }

  @Override
  public void notifyNotLeader(Collection<TransactionContext> pending) {
    events.onNotLeader();
  }

  @Override
  public void notifyLeaderChanged(RaftGroupMemberId self, RaftPeerId leader) {
    events.onFollowing(!leader.equals(self.getPeerId()));
    Fetch fetch = fetching;
    if (fetch != null && !fetch.leader().equals(leader)) {
      // Ratis takes no entries from anybody until it has its answer; the new leader may need none.
      fetch.answer().completeExceptionally(new IllegalStateException(leader + " leads by now"));
    }
  }

  @Override
  public void notifyExtendedNoLeader(RoleInfoProto role) {
    events.onFollowing(false);
  }

  @Override
  public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto entry) {
    fault("write the log", cause);
  }

  @Override
  public void notifyGroupRemove() {
    fault("remove the group", new IllegalStateException("this server was removed from the group"));
  }

  @Override
  public void notifyServerShutdown(RoleInfoProto role, boolean allServer) {
    checkClosing();
  }

  /** The server is started: should Ratis close it by itself, that is a fault. */
  void started() {
    mayClose = false;
  }

  /** The server is to be closed. */
  void closing() {
    mayClose = true;
  }

  @Override
  public void close() {
    checkClosing();
    store.close();
  }

  /** Ratis closes the server by itself after failures, and would leave a process that is deaf. */
  private void checkClosing() {
    if (!mayClose) {
      fault(
          "serve the log",
          new IllegalStateException(
              leaving
                  ? "this server was taken out of the metadata servers: what it has is of no use any"
                      + " more"
                  : "Ratis closed the server by itself; if it was taken out of the metadata servers,"
                      + " what it has is of no use any more (see: shoal admin metadata)"));
    }
  }

  private void fault(String what, Throwable cause) {
    faulted = true;
    faults.onFault("replicated log: " + what, cause);
  }
}
