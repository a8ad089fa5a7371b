package io.shoal.metadata.testing;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.time.TimeSource;
import io.shoal.metadata.command.Command;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.command.handler.CommandApplier;
import io.shoal.metadata.consensus.CommandLog;
import io.shoal.metadata.consensus.KnownLeader;
import io.shoal.metadata.consensus.ReadConsistency;
import io.shoal.metadata.consensus.codec.KeptReplyCodec;
import io.shoal.metadata.store.InMemoryStateStore;
import io.shoal.metadata.store.LogPosition;
import io.shoal.metadata.store.StateView;
import io.shoal.metadata.store.StateWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * A log of one peer that keeps nothing on disk: a command is applied when it is submitted, on the
 * submitter's thread, unless the test holds it back. Thread-safe.
 */
public final class AppliedLog implements CommandLog {
  private record Held(CommandEnvelope envelope, CompletableFuture<Reply> reply) {}

  private final TimeSource time;
  private final InMemoryStateStore store = new InMemoryStateStore();
  private final CommandApplier applier = new CommandApplier(new KeptReplyCodec());
  private final List<Command> submitted = new ArrayList<>();
  private final Queue<Held> held = new ArrayDeque<>();
  private Predicate<Command> hold = command -> false;
  private Predicate<Command> refuse = command -> false;
  private final FixedGroup group = new FixedGroup();
  private boolean leader = true;
  private long index;

  public AppliedLog(TimeSource time) {
    this.time = time;
  }

  @Override
  public CompletableFuture<Reply> submit(CommandEnvelope envelope) {
    Held one = new Held(envelope, new CompletableFuture<>());
    synchronized (this) {
      submitted.add(envelope.command());
      if (!leader) {
        return CompletableFuture.failedFuture(notLeader());
      }
      if (refuse.test(envelope.command())) {
        return CompletableFuture.failedFuture(
            new ShoalException(ErrorCode.OVERLOADED, "", "refused by the test"));
      }
      if (hold.test(envelope.command())) {
        held.add(one);
        return one.reply();
      }
    }
    one.reply().complete(apply(envelope));
    return one.reply();
  }

  private synchronized Reply apply(CommandEnvelope envelope) {
    StateWriter writer = store.begin();
    Reply reply = applier.apply(writer, envelope);
    store.commit(writer, new LogPosition(1, ++index));
    return reply;
  }

  /** Applies a command of the leader. */
  public Reply apply(Command command) {
    return apply(CommandEnvelope.internal(nowMillis(), command));
  }

  /** Holds commands back from now on until {@link #release}. */
  public synchronized void hold(Predicate<Command> which) {
    hold = which;
  }

  /** Refuses commands from now on. */
  public synchronized void refuse(Predicate<Command> which) {
    refuse = which;
  }

  /** Applies what was held back, and holds nothing back any more. */
  public void release() {
    List<Held> released;
    synchronized (this) {
      hold = command -> false;
      released = List.copyOf(held);
      held.clear();
    }
    released.forEach(one -> one.reply().complete(apply(one.envelope())));
  }

  /** Returns how many commands are held back. */
  public synchronized int heldCount() {
    return held.size();
  }

  /** Returns all commands that were submitted, refused ones as well. */
  public synchronized List<Command> submitted() {
    return List.copyOf(submitted);
  }

  /** Returns how many commands of a type were submitted. */
  public synchronized long countOf(Class<? extends Command> type) {
    return submitted.stream().filter(type::isInstance).count();
  }

  /** Makes this server lead, or not. */
  public synchronized void setLeader(boolean leads) {
    leader = leads;
  }

  public StateView view() {
    return store.view();
  }

  @Override
  public CompletableFuture<Void> readBarrier() {
    return isLeader()
        ? CompletableFuture.completedFuture(null)
        : CompletableFuture.failedFuture(notLeader());
  }

  @Override
  public CompletableFuture<Void> readBarrier(ReadConsistency consistency) {
    return consistency == ReadConsistency.STALE
        ? CompletableFuture.completedFuture(null)
        : readBarrier();
  }

  @Override
  public synchronized CompletableFuture<Long> logIndex(String peerId) {
    return readBarrier().thenApply(passed -> store.applied().index());
  }

  private static ShoalException notLeader() {
    return new ShoalException(ErrorCode.NOT_LEADER, "10.0.0.7:9200", "another server leads");
  }

  @Override
  public KnownLeader knownLeader() {
    return new KnownLeader(1, isLeader() ? "10.0.0.6:9200" : "10.0.0.7:9200");
  }

  @Override
  public FixedGroup group() {
    return group;
  }

  @Override
  public long nowMillis() {
    return time.wallMillis();
  }

  @Override
  public synchronized boolean isLeader() {
    return leader;
  }
}
