package io.shoal.metadata.consensus.queue;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.Reply;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Forms log entries of the commands that come in: while as many entries as allowed are in flight,
 * commands gather for the next one, so that entries grow with the load and a lone command does not
 * wait.
 *
 * <p>It also forms the barriers of linearizable reads (rule R1): a barrier that comes in waits for
 * the next entry that is formed afterwards, a batch that is going out anyway or else an empty one,
 * and completes when that entry has been applied here. All that wait share it.
 *
 * <p>Open while this server leads, closed otherwise. Thread-safe; appends run on one executor,
 * completions on another, neither under the lock.
 */
public final class CommandQueue {
  /** Where formed entries go. */
  @FunctionalInterface
  public interface Appender {
    /** Appends an entry and sees to it that it is settled in the end. Must not throw. */
    void append(PendingEntry entry);
  }

  private static final int RETRY_AFTER_MILLIS = 20;

  private final QueueLimits limits;
  private final Appender appender;
  private final Executor appending;
  private final Executor completing;
  private final Supplier<ShoalException> notLeader;
  private final LeaderLease lease;

  private final Object lock = new Object();

  /** The term in which this server leads; 0 while it does not. */
  private long term;

  private Deque<PendingEntry.Slot> waiting = new ArrayDeque<>();
  private List<CompletableFuture<Void>> waitingBarriers = new ArrayList<>();
  private int entriesInFlight;
  private int pendingCommands;
  private long pendingBytes;
  private boolean pumping;

  /**
   * Makes a closed queue.
   *
   * @param appending runs appends; never two at a time
   * @param completing completes the futures of callers
   * @param notLeader makes the refusal of a server that does not lead
   * @param lease is given by entries that were applied
   */
  public CommandQueue(
      QueueLimits limits,
      Appender appender,
      Executor appending,
      Executor completing,
      Supplier<ShoalException> notLeader,
      LeaderLease lease) {
    this.limits = limits;
    this.appender = appender;
    this.appending = appending;
    this.completing = completing;
    this.notLeader = notLeader;
    this.lease = lease;
  }

  /** This server leads from now on. */
  public void open(long newTerm) {
    synchronized (lock) {
      lease.begin();
      term = newTerm;
    }
  }

  /** This server does not lead any more: what was not appended yet is refused. */
  public void close(ShoalException reason) {
    Deque<PendingEntry.Slot> refused;
    List<CompletableFuture<Void>> refusedBarriers;
    synchronized (lock) {
      lease.end();
      term = 0;
      refused = waiting;
      refusedBarriers = waitingBarriers;
      waiting = new ArrayDeque<>();
      waitingBarriers = new ArrayList<>();
      for (PendingEntry.Slot slot : refused) {
        release(slot.encoded().length);
      }
    }
    completing.execute(
        () -> {
          refused.forEach(slot -> slot.reply().completeExceptionally(reason));
          refusedBarriers.forEach(barrier -> barrier.completeExceptionally(reason));
        });
  }

  /**
   * Takes a command in.
   *
   * @param encoded the command as it will stand in the log; not to be changed any more
   */
  public CompletableFuture<Reply> submit(CommandEnvelope command, byte[] encoded) {
    if (encoded.length > limits.commandBytesMax()) {
      return CompletableFuture.failedFuture(
          new ShoalException(
              ErrorCode.LIMIT_EXCEEDED,
              "",
              "command of "
                  + encoded.length
                  + " bytes (expected: at most "
                  + limits.commandBytesMax()
                  + ")"));
    }
    CompletableFuture<Reply> reply = new CompletableFuture<>();
    synchronized (lock) {
      if (term == 0) {
        return CompletableFuture.failedFuture(notLeader.get());
      }
      if (pendingCommands >= limits.pendingCommandsMax()
          || pendingBytes + encoded.length > limits.pendingBytesMax()) {
        return CompletableFuture.failedFuture(overloaded());
      }
      pendingCommands++;
      pendingBytes += encoded.length;
      waiting.add(new PendingEntry.Slot(command, encoded, reply));
    }
    pumpIfDue();
    return reply;
  }

  /** Rule R1. Completes when an entry that was formed after this call has been applied. */
  public CompletableFuture<Void> barrier() {
    CompletableFuture<Void> barrier = new CompletableFuture<>();
    synchronized (lock) {
      if (term == 0) {
        return CompletableFuture.failedFuture(notLeader.get());
      }
      if (waitingBarriers.size() >= limits.pendingCommandsMax()) {
        return CompletableFuture.failedFuture(overloaded());
      }
      waitingBarriers.add(barrier);
    }
    pumpIfDue();
    return barrier;
  }

  /**
   * As {@link #barrier}, but complete at once while nobody else can lead, if clocks run. What that
   * is worth says {@link LeaderLease}.
   */
  public CompletableFuture<Void> leaseBarrier() {
    return lease.holds() ? CompletableFuture.completedFuture(null) : barrier();
  }

  /** Another server is to lead: the lease ends, and none is given in this term any more. */
  public void endLease() {
    lease.end();
  }

  private void pumpIfDue() {
    synchronized (lock) {
      if (pumping || !entryIsDue()) {
        return;
      }
      pumping = true;
    }
    appending.execute(this::pump);
  }

  private void pump() {
    for (PendingEntry entry = nextEntry(); entry != null; entry = nextEntry()) {
      appender.append(entry);
    }
  }

  private @Nullable PendingEntry nextEntry() {
    synchronized (lock) {
      if (!entryIsDue()) {
        pumping = false;
        return null;
      }
      entriesInFlight++;
      List<CompletableFuture<Void>> barriers = waitingBarriers;
      waitingBarriers = new ArrayList<>();
      return new PendingEntry(term, lease.nanoTime(), takeSlots(), barriers, this::settled);
    }
  }

  private boolean entryIsDue() {
    return entriesInFlight < limits.entriesInFlightMax()
        && !(waiting.isEmpty() && waitingBarriers.isEmpty());
  }

  private List<PendingEntry.Slot> takeSlots() {
    List<PendingEntry.Slot> taken = new ArrayList<>();
    long bytes = 0;
    while (!waiting.isEmpty() && taken.size() < limits.entryCommandsMax()) {
      bytes += waiting.element().encoded().length;
      if (bytes > limits.entryBytesMax()) {
        break;
      }
      taken.add(waiting.remove());
    }
    return taken;
  }

  private void settled(PendingEntry entry, boolean applied, Runnable completion) {
    synchronized (lock) {
      if (applied && entry.term() == term) {
        lease.confirm(entry.formedNanos());
      }
      entriesInFlight--;
      pendingCommands -= entry.commandCount();
      pendingBytes -= entry.bytes();
    }
    pumpIfDue();
    completing.execute(completion);
  }

  private void release(int bytes) {
    pendingCommands--;
    pendingBytes -= bytes;
  }

  private ShoalException overloaded() {
    return new ShoalException(
        ErrorCode.OVERLOADED,
        "",
        "commands waiting: "
            + pendingCommands
            + ", bytes: "
            + pendingBytes
            + " (expected: at most "
            + limits.pendingCommandsMax()
            + " and "
            + limits.pendingBytesMax()
            + ")",
        RETRY_AFTER_MILLIS,
        null);
  }
}
