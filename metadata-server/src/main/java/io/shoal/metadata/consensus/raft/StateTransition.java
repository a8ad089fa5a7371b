package io.shoal.metadata.consensus.raft;

import io.shoal.metadata.command.CommandEnvelope;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.store.StateWriter;

/** What a command does to the state: a pure function, the same on every peer. */
@FunctionalInterface
public interface StateTransition {
  /**
   * Applies a command as a whole or not at all.
   *
   * @throws RuntimeException only for a defect or a failed disk: the process must not go on (rule
   *     S1)
   */
  Reply apply(StateWriter writer, CommandEnvelope command);
}
