package io.shoal.metadata.command;

import io.shoal.common.id.SessionId;

/**
 * Makes a retried command take effect once. Rule X1.
 *
 * @param sequence counts the session's commands from 1
 * @param firstUnacknowledged lowest sequence whose reply the client has not seen yet
 */
public record SessionStamp(SessionId sessionId, long sequence, long firstUnacknowledged) {}
