package io.shoal.metadata.command;

import org.jspecify.annotations.Nullable;

/**
 * A command with what the leader resolved for all kinds alike.
 *
 * @param stamp required with every command of a client but {@code OpenSession}; null otherwise
 * @param timeMillis the leader's time when it took the command in; raises the log clock
 * @param deadlineMillis on the log clock: later than this it is refused without being executed
 */
public record CommandEnvelope(
    @Nullable SessionStamp stamp, long timeMillis, long deadlineMillis, Command command) {
  /** The deadline of a command that has none. */
  public static final long NO_DEADLINE = Long.MAX_VALUE;

  /** Wraps a command of the leader itself. */
  public static CommandEnvelope internal(long timeMillis, Command command) {
    return new CommandEnvelope(null, timeMillis, NO_DEADLINE, command);
  }
}
