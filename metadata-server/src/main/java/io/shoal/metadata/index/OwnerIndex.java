package io.shoal.metadata.index;

import io.shoal.metadata.row.Key;
import io.shoal.metadata.store.Cursor;
import io.shoal.metadata.store.StateReader;
import io.shoal.metadata.store.StateWriter;
import io.shoal.metadata.store.Table;
import java.util.ArrayList;
import java.util.List;

/** What belongs to a session or an inode and ends with it. */
public final class OwnerIndex {
  private static final byte[] PRESENT = {};

  private OwnerIndex() {}

  /** What belongs to whom. */
  public enum Kind {
    /** Pending inodes of a session. Rule C4. */
    PENDING_OF_SESSION(1),

    /** Open chunks that a session writes. */
    OPEN_CHUNKS_OF_SESSION(2),

    /** Open chunks of a file. */
    OPEN_CHUNKS_OF_INODE(3);

    private final int number;

    Kind(int number) {
      this.number = number;
    }
  }

  /** Returns the key of a row. */
  public static byte[] key(Kind kind, long owner, long id) {
    return Key.ofKind(kind.number, Key.of(owner, id));
  }

  /** Adds a row. */
  public static void put(StateWriter writer, Kind kind, long owner, long id) {
    writer.put(Table.OWNED, key(kind, owner, id), PRESENT);
  }

  /** Deletes a row. */
  public static void delete(StateWriter writer, Kind kind, long owner, long id) {
    writer.delete(Table.OWNED, key(kind, owner, id));
  }

  /** Returns the lowest ids that belong to an owner, at most {@code limit}. */
  public static List<Long> of(StateReader reader, Kind kind, long owner, int limit) {
    List<Long> ids = new ArrayList<>();
    if (limit <= 0) {
      return ids;
    }
    byte[] prefix = Key.ofKind(kind.number, Key.of(owner));
    try (Cursor cursor = reader.scan(Table.OWNED, prefix, Key.behind(prefix))) {
      while (ids.size() < limit && cursor.next()) {
        ids.add(Key.longAt(cursor.key(), 9));
      }
    }
    return ids;
  }
}
