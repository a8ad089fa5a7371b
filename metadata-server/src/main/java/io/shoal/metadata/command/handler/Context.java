package io.shoal.metadata.command.handler;

import io.shoal.common.id.SessionId;
import io.shoal.metadata.store.StateWriter;
import org.jspecify.annotations.Nullable;

/**
 * What a handler works with.
 *
 * @param state borrowed for the command
 * @param now the log clock. Rule T1: the only time there is
 * @param stamped the session that sent the command; null for commands of the leader
 */
record Context(StateWriter state, long now, @Nullable SessionId stamped) {
  /** Returns the session that sent the command; of commands that carry a stamp. */
  SessionId session() {
    if (stamped == null) {
      throw new IllegalStateException("the command carries no stamp (expected: one)");
    }
    return stamped;
  }
}
