package io.shoal.metadata.cluster;

import io.shoal.common.id.SessionId;

/**
 * A client's session. Rule X1.
 *
 * @param client as it described itself when it opened the session
 * @param nonce drawn by the client
 * @param expiresAtMillis last moment of its life, unless it is renewed before
 * @param firstUnacknowledged lowest sequence whose reply is kept
 * @param closed whether it ended; it executes nothing any more and is taken apart
 */
public record SessionRow(
    SessionId sessionId,
    ClientDescription client,
    long nonce,
    long expiresAtMillis,
    long firstUnacknowledged,
    boolean closed) {

  /** Returns the row with a later first sequence. */
  public SessionRow acknowledged(long first) {
    return new SessionRow(sessionId, client, nonce, expiresAtMillis, first, closed);
  }

  /** Returns the row with a later end. */
  public SessionRow renewed(long untilMillis) {
    return new SessionRow(sessionId, client, nonce, untilMillis, firstUnacknowledged, closed);
  }

  /** Returns the row of the session after its end. */
  public SessionRow closed(long atMillis) {
    return new SessionRow(sessionId, client, nonce, atMillis, firstUnacknowledged, true);
  }
}
