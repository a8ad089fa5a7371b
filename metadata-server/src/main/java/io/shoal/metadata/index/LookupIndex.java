package io.shoal.metadata.index;

import io.shoal.metadata.row.Key;
import io.shoal.metadata.row.RowReader;
import io.shoal.metadata.row.RowWriter;
import io.shoal.metadata.store.StateReader;
import io.shoal.metadata.store.StateWriter;
import io.shoal.metadata.store.Table;

/** What is known by a name that was drawn outside of the replicated state. */
public final class LookupIndex {
  /** The id of nothing. */
  public static final long NONE = 0;

  private static final int VERSION = 1;

  private LookupIndex() {}

  /** What has the name. */
  public enum Kind {
    /** A session, by its client's nonce. */
    SESSION_NONCE(1),

    /** A storage node, by its UUID. */
    NODE_UUID(2);

    private final int number;

    Kind(int number) {
      this.number = number;
    }
  }

  /** Returns the id behind a name; {@link #NONE} if the name is unknown. */
  public static long find(StateReader reader, Kind kind, byte[] name) {
    byte[] row = reader.get(Table.LOOKUPS, Key.ofKind(kind.number, name));
    if (row == null) {
      return NONE;
    }
    RowReader fields = new RowReader("lookup", row, VERSION);
    long id = fields.number();
    fields.end();
    return id;
  }

  /** Puts an id behind a name. */
  public static void put(StateWriter writer, Kind kind, byte[] name, long id) {
    writer.put(
        Table.LOOKUPS,
        Key.ofKind(kind.number, name),
        new RowWriter(VERSION).putNumber(id).toByteArray());
  }

  /** Forgets a name. */
  public static void delete(StateWriter writer, Kind kind, byte[] name) {
    writer.delete(Table.LOOKUPS, Key.ofKind(kind.number, name));
  }
}
