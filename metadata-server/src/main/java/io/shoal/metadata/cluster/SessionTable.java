package io.shoal.metadata.cluster;

import io.shoal.common.id.SessionId;
import io.shoal.metadata.index.ExpiryIndex;
import io.shoal.metadata.index.LookupIndex;
import io.shoal.metadata.row.Key;
import io.shoal.metadata.row.RowReader;
import io.shoal.metadata.row.RowWriter;
import io.shoal.metadata.store.Cursor;
import io.shoal.metadata.store.StateReader;
import io.shoal.metadata.store.StateWriter;
import io.shoal.metadata.store.Table;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Client sessions with the replies that are kept for them. Rule X1. */
public final class SessionTable {
  /** The layout of a session that names no owner. */
  private static final int FIRST_VERSION = 1;

  /** The layout with owner and group at its end. */
  private static final int OWNER_VERSION = 2;

  private SessionTable() {}

  /** Returns a session; null if it is unknown. */
  public static @Nullable SessionRow find(StateReader reader, SessionId sessionId) {
    byte[] row = reader.get(Table.SESSIONS, Key.of(sessionId.value()));
    if (row == null) {
      return null;
    }
    return decode(sessionId, row);
  }

  private static SessionRow decode(SessionId sessionId, byte[] row) {
    RowReader fields = new RowReader("session", row, FIRST_VERSION, OWNER_VERSION);
    String clientName = fields.text();
    long nonce = fields.fixed();
    long expiresAtMillis = fields.fixed();
    long firstUnacknowledged = fields.number();
    boolean closed = fields.flag();
    boolean owned = fields.version() >= OWNER_VERSION;
    ClientDescription client =
        new ClientDescription(clientName, owned ? fields.text() : "", owned ? fields.text() : "");
    fields.end();
    return new SessionRow(sessionId, client, nonce, expiresAtMillis, firstUnacknowledged, closed);
  }

  /** Returns the session that a client opened with a nonce; null if there is none. */
  public static @Nullable SessionRow findByNonce(StateReader reader, long nonce) {
    long id = LookupIndex.find(reader, LookupIndex.Kind.SESSION_NONCE, Key.of(nonce));
    return id == LookupIndex.NONE ? null : find(reader, new SessionId(id));
  }

  /** Adds a session. */
  public static void insert(StateWriter writer, SessionRow session) {
    long id = session.sessionId().value();
    LookupIndex.put(writer, LookupIndex.Kind.SESSION_NONCE, Key.of(session.nonce()), id);
    ExpiryIndex.put(writer, ExpiryIndex.Kind.SESSION, session.expiresAtMillis(), id);
    SystemTable.add(writer, Counter.SESSIONS, 1);
    write(writer, session);
  }

  /** Puts a session in the place of what it was. */
  public static void replace(StateWriter writer, SessionRow before, SessionRow after) {
    if (before.expiresAtMillis() != after.expiresAtMillis()) {
      long id = before.sessionId().value();
      ExpiryIndex.delete(writer, ExpiryIndex.Kind.SESSION, before.expiresAtMillis(), id);
      ExpiryIndex.put(writer, ExpiryIndex.Kind.SESSION, after.expiresAtMillis(), id);
    }
    write(writer, after);
  }

  /** Removes a session that has no replies any more. */
  public static void delete(StateWriter writer, SessionRow session) {
    long id = session.sessionId().value();
    LookupIndex.delete(writer, LookupIndex.Kind.SESSION_NONCE, Key.of(session.nonce()));
    ExpiryIndex.delete(writer, ExpiryIndex.Kind.SESSION, session.expiresAtMillis(), id);
    SystemTable.add(writer, Counter.SESSIONS, -1);
    writer.delete(Table.SESSIONS, Key.of(id));
  }

  private static void write(StateWriter writer, SessionRow session) {
    // The first layout where it suffices: a log of an earlier version has the effects that it had.
    boolean owned = session.client().namesOwner();
    RowWriter row =
        new RowWriter(owned ? OWNER_VERSION : FIRST_VERSION)
            .putText(session.client().name())
            .putFixed(session.nonce())
            .putFixed(session.expiresAtMillis())
            .putNumber(session.firstUnacknowledged())
            .putFlag(session.closed());
    if (owned) {
      row.putText(session.client().owner()).putText(session.client().group());
    }
    writer.put(Table.SESSIONS, Key.of(session.sessionId().value()), row.toByteArray());
  }

  /** Returns the reply that was kept for a sequence; null if none is. */
  public static byte @Nullable [] reply(StateReader reader, SessionId sessionId, long sequence) {
    return reader.get(Table.REPLIES, Key.of(sessionId.value(), sequence));
  }

  /** Keeps the reply of a sequence. */
  public static void putReply(
      StateWriter writer, SessionId sessionId, long sequence, byte[] encoded) {
    writer.put(Table.REPLIES, Key.of(sessionId.value(), sequence), encoded);
  }

  /** Drops the reply of a sequence; without effect if none is kept. */
  public static void dropReply(StateWriter writer, SessionId sessionId, long sequence) {
    writer.delete(Table.REPLIES, Key.of(sessionId.value(), sequence));
  }

  /**
   * Drops the replies of the lowest sequences.
   *
   * @param limit most replies to drop
   * @return how many were dropped
   */
  public static int dropReplies(StateWriter writer, SessionId sessionId, int limit) {
    List<byte[]> keys = new ArrayList<>();
    byte[] prefix = Key.of(sessionId.value());
    try (Cursor cursor = writer.scan(Table.REPLIES, prefix, Key.behind(prefix))) {
      while (keys.size() < limit && cursor.next()) {
        keys.add(cursor.key());
      }
    }
    for (byte[] key : keys) {
      writer.delete(Table.REPLIES, key);
    }
    return keys.size();
  }
}
