package io.shoal.metadata.command.handler;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.SessionId;
import io.shoal.metadata.cluster.SessionRow;
import io.shoal.metadata.cluster.SessionTable;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.command.ReplyCodec;
import io.shoal.metadata.command.SessionStamp;
import org.jspecify.annotations.Nullable;

/**
 * Lets each command of a session through once, and answers its retries with the reply that was
 * kept. Rule X1. What it refuses is not executed and not noted, so that the same sequence may still
 * come again. Whatever comes keeps its session alive.
 */
final class SessionGate {
  private final ReplyCodec replies;

  SessionGate(ReplyCodec replies) {
    this.replies = replies;
  }

  /** Returns the answer to a command that must not be executed; null to execute it. */
  @Nullable Reply answerWithoutExecuting(Context context, SessionStamp stamp, long deadlineMillis) {
    long sequence = stamp.sequence();
    long first = stamp.firstUnacknowledged();
    if (first < 1 || sequence < first) {
      return refuse(
          ErrorCode.INVALID_ARGUMENT,
          stamp,
          "sequence " + sequence + ", first unacknowledged " + first + " (expected: 1 <= first)");
    }
    SessionRow session = SessionTable.find(context.state(), stamp.sessionId());
    if (session == null) {
      return refuse(ErrorCode.SESSION_UNKNOWN, stamp, "the session is unknown or has expired");
    }
    if (!session.closed()) {
      SessionHandler.keepAlive(context, session);
    }
    if (sequence < session.firstUnacknowledged()) {
      return refuse(
          ErrorCode.SEQUENCE_STALE,
          stamp,
          "sequence " + sequence + " (expected: at least " + session.firstUnacknowledged() + ")");
    }
    byte[] kept = SessionTable.reply(context.state(), stamp.sessionId(), sequence);
    if (kept != null) {
      return replies.decode(kept);
    }
    if (session.closed()) {
      return refuse(ErrorCode.SESSION_UNKNOWN, stamp, "the session was closed or has expired");
    }
    if (deadlineMillis < context.now()) {
      return late(deadlineMillis, context.now());
    }
    long begin = Math.max(first, session.firstUnacknowledged());
    if (sequence - begin >= SessionHandler.WINDOW) {
      return refuse(
          ErrorCode.LIMIT_EXCEEDED,
          stamp,
          "sequence " + sequence + " (expected: below " + (begin + SessionHandler.WINDOW) + ")");
    }
    return null;
  }

  static Reply.Failure late(long deadlineMillis, long now) {
    return new Reply.Failure(
        ErrorCode.DEADLINE_EXCEEDED,
        "",
        "the deadline passed " + (now - deadlineMillis) + " ms before the command was applied");
  }

  private static Reply.Failure refuse(ErrorCode code, SessionStamp stamp, String message) {
    return new Reply.Failure(code, "session " + stamp.sessionId(), message);
  }

  /** Notes what the client has seen. */
  SessionRow enter(Context context, SessionStamp stamp) {
    SessionRow before = SessionTable.find(context.state(), stamp.sessionId());
    if (before == null) {
      throw new IllegalStateException("session " + stamp.sessionId() + ": gone while entering");
    }
    if (stamp.firstUnacknowledged() <= before.firstUnacknowledged()) {
      return before;
    }
    // No reply is kept beyond the window, so there is no need to look which ones are.
    long from = before.firstUnacknowledged();
    long to = Math.min(stamp.firstUnacknowledged(), from + SessionHandler.WINDOW);
    for (long sequence = from; sequence < to; sequence++) {
      SessionTable.dropReply(context.state(), stamp.sessionId(), sequence);
    }
    SessionRow after = before.acknowledged(stamp.firstUnacknowledged());
    SessionTable.replace(context.state(), before, after);
    return after;
  }

  /** Keeps the reply of an executed command for its retries. */
  void keep(Context context, SessionId sessionId, long sequence, Reply reply) {
    SessionTable.putReply(context.state(), sessionId, sequence, replies.encode(reply));
  }
}
