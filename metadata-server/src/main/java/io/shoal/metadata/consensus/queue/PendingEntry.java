package io.shoal.metadata.consensus.queue;

import io.shoal.common.error.ShoalException;
import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.Reply;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Commands that go through the log together, with those who wait for them. It is settled once: by
 * the replies when it was applied, or by a failure.
 */
public final class PendingEntry {
  /** A command and who waits for its reply. */
  @SuppressWarnings("ArrayRecordComponent") // A carrier; nobody compares slots.
  record Slot(CommandEnvelope command, byte[] encoded, CompletableFuture<Reply> reply) {}

  /** Is told, once, that an entry is settled; runs what completes the futures. */
  interface Owner {
    void settled(PendingEntry entry, boolean applied, Runnable completion);
  }

  private final long term;
  private final long formedNanos;
  private final List<Slot> slots;
  private final List<CompletableFuture<Void>> barriers;
  private final Owner owner;
  private final AtomicBoolean settled = new AtomicBoolean();

  /** Takes both lists. */
  PendingEntry(
      long term,
      long formedNanos,
      List<Slot> slots,
      List<CompletableFuture<Void>> barriers,
      Owner owner) {
    this.term = term;
    this.formedNanos = formedNanos;
    this.slots = slots;
    this.barriers = barriers;
    this.owner = owner;
  }

  /** Returns the term in which this server led when the entry was formed. */
  public long term() {
    return term;
  }

  /** Returns the commands in the order of the entry. */
  public List<CommandEnvelope> commands() {
    return slots.stream().map(Slot::command).toList();
  }

  /** Returns the encoded commands in the same order. */
  public List<byte[]> encoded() {
    return slots.stream().map(Slot::encoded).toList();
  }

  long formedNanos() {
    return formedNanos;
  }

  int commandCount() {
    return slots.size();
  }

  long bytes() {
    long bytes = 0;
    for (Slot slot : slots) {
      bytes += slot.encoded().length;
    }
    return bytes;
  }

  /** The entry was applied: hands out the replies, one for each command in their order. */
  public void applied(List<Reply> replies) {
    if (replies.size() != slots.size()) {
      throw new IllegalStateException(
          "replies: " + replies.size() + " (expected: " + slots.size() + ")");
    }
    settle(
        true,
        () -> {
          for (int i = 0; i < slots.size(); i++) {
            slots.get(i).reply().complete(replies.get(i));
          }
          barriers.forEach(barrier -> barrier.complete(null));
        });
  }

  /** The entry went astray; without effect if it is settled. */
  public void failed(ShoalException failure) {
    settle(
        false,
        () -> {
          slots.forEach(slot -> slot.reply().completeExceptionally(failure));
          barriers.forEach(barrier -> barrier.completeExceptionally(failure));
        });
  }

  private void settle(boolean applied, Runnable completion) {
    if (settled.compareAndSet(false, true)) {
      owner.settled(this, applied, completion);
    }
  }
}
