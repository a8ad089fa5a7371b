package io.shoal.metadata.command.handler;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.InodeId;
import io.shoal.common.id.SessionId;
import io.shoal.metadata.chunk.ChunkTable;
import io.shoal.metadata.cluster.Counter;
import io.shoal.metadata.cluster.SessionRow;
import io.shoal.metadata.cluster.SessionTable;
import io.shoal.metadata.cluster.SystemTable;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.command.SessionCommand.CloseSession;
import io.shoal.metadata.command.SessionCommand.OpenSession;
import io.shoal.metadata.command.SessionCommand.RenewSession;
import io.shoal.metadata.index.OwnerIndex;
import io.shoal.metadata.namespace.InodeTable;
import io.shoal.metadata.store.StateWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Sessions come and go. Rule X1. */
final class SessionHandler {
  /** Most commands of a session in flight, and most replies that are kept for it. */
  static final int WINDOW = 1_024;

  private static final int SESSION_LIMIT = 65_536;
  private static final int NAME_LIMIT_BYTES = 255;

  private SessionHandler() {}

  static Reply open(Context context, OpenSession command) {
    StateWriter state = context.state();
    long lifetime = SystemTable.settings(state).sessionLifetimeMillis();
    SessionRow known = SessionTable.findByNonce(state, command.nonce());
    if (known != null && !known.closed()) {
      return new Reply.SessionOpened(known.sessionId(), lifetime, WINDOW);
    }
    checkName("name", command.client().name());
    checkName("owner", command.client().owner());
    checkName("group", command.client().group());
    if (known != null) {
      throw Refusal.invalid("nonce", "a session that was closed had the nonce: draw another");
    }
    long count = SystemTable.count(state, Counter.SESSIONS);
    if (count >= SESSION_LIMIT) {
      throw new ShoalException(
          ErrorCode.OVERLOADED, "", count + " sessions are open (limit: " + SESSION_LIMIT + ")");
    }
    SessionId sessionId = new SessionId(SystemTable.takeIds(state, Counter.SESSION_IDS, 1));
    SessionTable.insert(
        state,
        new SessionRow(
            sessionId,
            command.client(),
            command.nonce(),
            expiry(context.now(), lifetime),
            1,
            false));
    return new Reply.SessionOpened(sessionId, lifetime, WINDOW);
  }

  private static void checkName(String what, String name) {
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > NAME_LIMIT_BYTES) {
      throw Refusal.limit("bytes of the client's " + what, bytes, NAME_LIMIT_BYTES);
    }
  }

  static Reply renew(Context context, RenewSession command) {
    // The gate renewed the session already, as with every command.
    return Reply.DONE;
  }

  static Reply close(Context context, CloseSession command) {
    SessionRow session = require(context.state(), context.session());
    SessionTable.replace(context.state(), session, session.closed(context.now() - 1));
    return Reply.DONE;
  }

  /** Lets a session live on; the row changes only now and then, to save writes. */
  static void keepAlive(Context context, SessionRow session) {
    long lifetime = SystemTable.settings(context.state()).sessionLifetimeMillis();
    if (session.expiresAtMillis() < context.now() + lifetime) {
      SessionRow renewed = session.renewed(expiry(context.now(), lifetime));
      SessionTable.replace(context.state(), session, renewed);
    }
  }

  private static long expiry(long now, long lifetime) {
    return now + lifetime + lifetime / 8;
  }

  /**
   * Drops what belongs to an ended session, and the session with the last of it.
   *
   * @param limit most units of work, at least 1
   * @return how many were done
   */
  static int takeApart(Context context, SessionId sessionId, int limit) {
    StateWriter state = context.state();
    SessionRow session = require(state, sessionId);
    if (!session.closed()) {
      SessionRow closed = session.closed(session.expiresAtMillis());
      SessionTable.replace(state, session, closed);
    }
    int units = 0;
    long id = sessionId.value();
    List<Long> pending = OwnerIndex.of(state, OwnerIndex.Kind.PENDING_OF_SESSION, id, limit);
    for (long inode : pending) {
      InodeTable.remove(state, new InodeId(inode), context.now());
    }
    units += pending.size();
    List<Long> open =
        OwnerIndex.of(state, OwnerIndex.Kind.OPEN_CHUNKS_OF_SESSION, id, limit - units);
    for (long chunk : open) {
      ChunkTable.seal(state, new ChunkId(chunk));
    }
    units += open.size();
    units += SessionTable.dropReplies(state, sessionId, limit - units);
    if (units < limit) {
      SessionTable.delete(state, require(state, sessionId));
      units++;
    }
    return units;
  }

  private static SessionRow require(StateWriter state, SessionId sessionId) {
    SessionRow session = SessionTable.find(state, sessionId);
    if (session == null) {
      throw new IllegalStateException("session " + sessionId + ": no row (expected: one)");
    }
    return session;
  }
}
