package io.shoal.metadata.index;

import io.shoal.metadata.row.Key;
import io.shoal.metadata.store.Cursor;
import io.shoal.metadata.store.StateReader;
import io.shoal.metadata.store.StateWriter;
import io.shoal.metadata.store.Table;
import java.util.ArrayList;
import java.util.List;

/**
 * What ends by itself, by the moment at which it does. A moment is the last one at which the thing
 * still lives: it is due when the log clock has passed it. Rule T1.
 */
public final class ExpiryIndex {
  private static final byte[] PRESENT = {};

  private ExpiryIndex() {}

  /** What a row of the index is about. */
  public enum Kind {
    /** A session that is silent for too long, or was closed. */
    SESSION(1),

    /** A chunk that may grow until its grant expires. Rule C2. */
    OPEN_CHUNK(2),

    /** A deleted chunk whose record keeps it from being referenced again. Rule G2. */
    TOMBSTONE(3),

    /** A removed file that may still be read. Rule R2. */
    REMOVED_FILE(4),

    /** A directory that was detached with all below it. Rule C6. */
    REMOVED_DIRECTORY(5);

    private final int number;

    Kind(int number) {
      this.number = number;
    }
  }

  /**
   * A row of the index.
   *
   * @param atMillis last moment of its life on the log clock
   */
  public record Due(long atMillis, long id) {}

  /** Returns the key of a row. */
  public static byte[] key(Kind kind, long atMillis, long id) {
    return Key.ofKind(kind.number, Key.of(atMillis, id));
  }

  /** Adds a row. */
  public static void put(StateWriter writer, Kind kind, long atMillis, long id) {
    writer.put(Table.EXPIRIES, key(kind, atMillis, id), PRESENT);
  }

  /** Deletes a row. */
  public static void delete(StateWriter writer, Kind kind, long atMillis, long id) {
    writer.delete(Table.EXPIRIES, key(kind, atMillis, id));
  }

  /** Returns the first rows whose moment the log clock has passed, at most {@code limit}. */
  public static List<Due> due(StateReader reader, Kind kind, long nowMillis, int limit) {
    List<Due> due = new ArrayList<>();
    if (limit <= 0) {
      return due;
    }
    byte[] from = Key.ofKind(kind.number, new byte[0]);
    try (Cursor cursor = reader.scan(Table.EXPIRIES, from, key(kind, nowMillis, 0))) {
      while (due.size() < limit && cursor.next()) {
        due.add(new Due(Key.longAt(cursor.key(), 1), Key.longAt(cursor.key(), 9)));
      }
    }
    return due;
  }

  /** Tells whether any row is due. */
  public static boolean anyDue(StateReader reader, Kind kind, long nowMillis) {
    return !due(reader, kind, nowMillis, 1).isEmpty();
  }
}
