package io.shoal.metadata.command;

import io.shoal.metadata.cluster.ClientDescription;

/** Commands about a client's session. Rule X1. */
public sealed interface SessionCommand extends Command {
  /**
   * Opens a session; comes without a stamp. Answered by {@link Reply.SessionOpened}.
   *
   * @param client kept with the session; owner and group go to every file and directory that the
   *     session makes, where its attributes do not say otherwise
   * @param nonce drawn by the client; a retry with the same one gives the same session
   */
  record OpenSession(ClientDescription client, long nonce) implements SessionCommand {}

  /** Keeps the stamp's session alive. Answered by {@link Reply.Done}. */
  record RenewSession() implements SessionCommand {}

  /**
   * Ends the stamp's session: no later command of it is executed; its pending files and replies are
   * dropped and its open chunks sealed by the next ticks. Answered by {@link Reply.Done}.
   */
  record CloseSession() implements SessionCommand {}
}
