package io.shoal.metadata.command.handler;

import io.shoal.common.id.SessionId;
import io.shoal.metadata.cluster.SessionRow;
import io.shoal.metadata.store.StateWriter;
import org.jspecify.annotations.Nullable;

/**
 * What a handler works with.
 *
 * @param state borrowed for the command
 * @param now the log clock. Rule T1: the only time there is
 * @param sender the session that sent the command, as it was then; null for commands that carry no
 *     stamp
 */
record Context(StateWriter state, long now, @Nullable SessionRow sender) {
  /** Returns the session that sent the command; of commands that carry a stamp. */
  SessionId session() {
    if (sender == null) {
      throw new IllegalStateException("the command carries no stamp (expected: one)");
    }
    return sender.sessionId();
  }

  /** Returns whom a file or directory belongs to that the command makes; empty for nobody. */
  String owner() {
    return sender == null ? "" : sender.client().owner();
  }

  /** Returns the group of a file or directory that the command makes; empty for none. */
  String group() {
    return sender == null ? "" : sender.client().group();
  }
}
