package io.shoal.metadata.command;

/** Commands about a client's session. Rule X1. */
public sealed interface SessionCommand extends Command {
  /**
   * Opens a session; comes without a stamp. Answered by {@link Reply.SessionOpened}.
   *
   * @param clientName for people: what program this is
   * @param nonce drawn by the client; a retry with the same one gives the same session
   */
  record OpenSession(String clientName, long nonce) implements SessionCommand {}

  /** Keeps the stamp's session alive. Answered by {@link Reply.Done}. */
  record RenewSession() implements SessionCommand {}

  /**
   * Ends the stamp's session: no later command of it is executed; its pending files and replies are
   * dropped and its open chunks sealed by the next ticks. Answered by {@link Reply.Done}.
   */
  record CloseSession() implements SessionCommand {}
}
