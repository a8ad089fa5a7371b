package io.shoal.metadata.consensus;

import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.Reply;
import java.util.concurrent.CompletableFuture;

/**
 * What the leader asks of the replicated log. Thread-safe; nothing here blocks.
 *
 * <p>The futures are completed on the executor that the log was made with, those of one log entry
 * one after another; whoever has much to do with a result moves on to an executor of its own.
 */
public interface CommandLog {
  /**
   * Puts a command into the log; commands that are submitted one after another by one thread stand
   * in the log in that order.
   *
   * @return completes with the reply once the command is durable and applied, also when the reply
   *     is a {@link Reply.Failure}. Fails with a {@link io.shoal.common.error.ShoalException}:
   *     {@code NOT_LEADER}, {@code OVERLOADED}, {@code LIMIT_EXCEEDED} and {@code UNAVAILABLE} if
   *     it will never be in the log; {@code OUTCOME_UNKNOWN} if it may yet be (rule X1)
   */
  CompletableFuture<Reply> submit(CommandEnvelope command);

  /**
   * Waits until a read is linearizable: a view that is opened after the future completes shows
   * every command that was replied to before this call (rule R1).
   *
   * @return fails with {@code NOT_LEADER}, {@code OUTCOME_UNKNOWN} or {@code UNAVAILABLE} when this
   *     server can't tell
   */
  CompletableFuture<Void> readBarrier();

  /**
   * Waits until a view that is opened then shows what a read is to show; at once for one that may
   * be stale.
   *
   * @return fails with {@code NOT_LEADER} when this server can't tell, {@code OVERLOADED} when too
   *     many wait, and else as {@link #readBarrier()} does
   */
  CompletableFuture<Void> readBarrier(ReadConsistency consistency);

  /**
   * Tells how far the log is, to a server that does not lead; by and by it gets there itself.
   *
   * @param peerId of the server that asks
   * @return the index of an entry up to which all is applied here that was acknowledged before this
   *     call; fails as {@link #readBarrier()} does
   */
  CompletableFuture<Long> logIndex(String peerId);

  /**
   * Returns the leader's time in milliseconds since 1970-01-01T00:00Z, which commands and their
   * deadlines are stamped with (rule T1). Never goes back while this server leads.
   */
  long nowMillis();

  /** Returns which server leads, as far as this one knows. */
  KnownLeader knownLeader();

  /** Returns the servers that keep the log. */
  PeerGroup group();

  /** Tells whether this server leads and has applied all that former leaders committed. */
  boolean isLeader();
}
