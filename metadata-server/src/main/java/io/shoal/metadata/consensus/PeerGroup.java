package io.shoal.metadata.consensus;

import io.shoal.common.error.ShoalException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The servers that keep the log. Of use on the leader, which knows them all and alone may change
 * who they are. Thread-safe; nothing here blocks.
 */
public interface PeerGroup {
  /**
   * Returns all of them, by their names.
   *
   * @throws ShoalException {@code UNAVAILABLE} when this server is closed
   */
  List<LogPeer> peers();

  /**
   * Changes who they are, in one step: none, one or both of a server that comes and one that goes.
   * A server that comes is brought up to the others first, however long that takes, and counts from
   * then on. Without effect if the change was made already.
   *
   * @param added has a data directory that was made for it to join, and runs
   * @param removed id of the server that goes; it never comes back with its data. If it leads, it
   *     hands over first, and the next leader has to be asked
   * @return completes when the change is durable. Fails with {@code INVALID_ARGUMENT} if the id of
   *     the one that comes is another's, if it does not answer, or if too few of those that stay
   *     can be heard; {@code NOT_FOUND} if the one that goes is none of them; {@code OVERLOADED}
   *     while another change is under way; {@code NOT_LEADER}, {@code OUTCOME_UNKNOWN}
   */
  CompletableFuture<Void> change(Optional<Peer> added, Optional<String> removed);

  /**
   * Has another one lead.
   *
   * @param id of the server; empty for the one that is closest behind
   * @return completes when that leads. Fails with {@code NOT_FOUND} if it is none of them; {@code
   *     INVALID_ARGUMENT} if it does not take over in time, or no other one can be heard: this
   *     server leads on then; {@code NOT_LEADER}, {@code OUTCOME_UNKNOWN}
   */
  CompletableFuture<Void> transferLeadership(Optional<String> id);
}
