package io.shoal.metadata.namespace;

import io.shoal.common.id.InodeId;
import io.shoal.metadata.cluster.Counter;
import io.shoal.metadata.cluster.SystemTable;
import io.shoal.metadata.index.ExpiryIndex;
import io.shoal.metadata.index.OwnerIndex;
import io.shoal.metadata.row.Key;
import io.shoal.metadata.store.Cursor;
import io.shoal.metadata.store.StateReader;
import io.shoal.metadata.store.StateWriter;
import io.shoal.metadata.store.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The inodes. Every change goes through methods that bring the indexes (pending inodes by session,
 * removed ones by time) along.
 */
public final class InodeTable {
  /** The root directory of every cluster. */
  public static final InodeId ROOT = new InodeId(1);

  /** How many rows may be scanned for each that is wanted, instead of looking it up. */
  private static final int SCAN_ROWS_FOR_EACH = 2;

  private InodeTable() {}

  /** Returns an inode; null if there is none with the id. */
  public static @Nullable InodeRow find(StateReader reader, InodeId inodeId) {
    byte[] row = reader.get(Table.INODES, Key.of(inodeId.value()));
    return row == null ? null : InodeRow.decode(inodeId, row);
  }

  /** Returns an inode that a row of the state names. */
  public static InodeRow require(StateReader reader, InodeId inodeId) {
    return InodeRow.decode(inodeId, requireRow(reader, inodeId));
  }

  /**
   * Returns inodes that rows of the state name, in the order of the ids: as many as have together
   * {@code byteLimit} bytes, and the one that passes it. Those that were made one after another, as
   * the files of a directory often were, are read in one scan, of which a row costs much less than
   * looking it up.
   *
   * @param byteLimit at least 1
   */
  static List<InodeRow> requireAll(StateReader reader, List<InodeId> inodeIds, int byteLimit) {
    Map<InodeId, byte[]> scanned = scanIfDense(reader, inodeIds, byteLimit);
    List<InodeRow> inodes = new ArrayList<>(inodeIds.size());
    long bytes = 0;
    for (InodeId inodeId : inodeIds) {
      byte[] row = scanned.get(inodeId);
      if (row == null) {
        row = requireRow(reader, inodeId);
      }
      inodes.add(InodeRow.decode(inodeId, row));
      bytes += row.length;
      if (bytes >= byteLimit) {
        break;
      }
    }
    return inodes;
  }

  /** Reads up to so many bytes of rows if few others lie among those that are wanted. */
  private static Map<InodeId, byte[]> scanIfDense(
      StateReader reader, List<InodeId> inodeIds, int byteLimit) {
    long[] ids = inodeIds.stream().mapToLong(InodeId::value).toArray();
    Arrays.sort(ids);
    int count = ids.length;
    if (count < 2 || ids[count - 1] - ids[0] >= SCAN_ROWS_FOR_EACH * (long) count) {
      return Map.of();
    }
    Map<InodeId, byte[]> rows = new HashMap<>(2 * count);
    byte[] from = Key.of(ids[0]);
    byte[] to = Key.after(Key.of(ids[count - 1]));
    try (Cursor cursor = reader.scan(Table.INODES, from, to)) {
      int next = 0;
      long bytes = 0;
      while (bytes < byteLimit && cursor.next()) {
        long id = Key.longAt(cursor.key(), 0);
        while (ids[next] < id) {
          next++;
        }
        if (ids[next] == id) {
          byte[] row = cursor.value();
          rows.put(new InodeId(id), row);
          bytes += row.length;
        }
      }
    }
    return rows;
  }

  private static byte[] requireRow(StateReader reader, InodeId inodeId) {
    byte[] row = reader.get(Table.INODES, Key.of(inodeId.value()));
    if (row == null) {
      throw new IllegalStateException("inode " + inodeId + ": no row (expected: one)");
    }
    return row;
  }

  /** Adds an inode. */
  public static void insert(StateWriter writer, InodeRow row) {
    SystemTable.add(writer, Counter.INODES, 1);
    addIndex(writer, row);
    write(writer, row);
  }

  /** Puts an inode in the place of what it was. */
  public static void replace(StateWriter writer, InodeRow before, InodeRow after) {
    if (!before.life().equals(after.life())) {
      deleteIndex(writer, before);
      addIndex(writer, after);
    }
    write(writer, after);
  }

  /** Deletes an inode that has neither entries nor extents. */
  public static void delete(StateWriter writer, InodeRow row) {
    SystemTable.add(writer, Counter.INODES, -1);
    deleteIndex(writer, row);
    writer.delete(Table.INODES, Key.of(row.inodeId().value()));
  }

  /** Sets the modification time of a directory whose entries change. */
  public static void touch(StateWriter writer, InodeId directory, long nowMillis) {
    InodeRow row = require(writer, directory);
    if (row.status().times().modifiedAtMillis() != nowMillis) {
      write(writer, row.withStatus(row.status().modifiedAt(nowMillis)));
    }
  }

  /**
   * Ends the life of an inode that stands nowhere any more; what it holds is reclaimed later, in
   * bounded steps. Rules C6 and R2.
   */
  public static void remove(StateWriter writer, InodeId inodeId, long nowMillis) {
    InodeRow row = require(writer, inodeId);
    if (row.isDirectory() && EntryTable.isEmpty(writer, inodeId)) {
      delete(writer, row);
      return;
    }
    boolean mayBeOpen = !row.isDirectory() && row.life() instanceof Life.Visible;
    Life.Removed removed =
        mayBeOpen ? removedNow(writer, nowMillis) : new Life.Removed(nowMillis - 1);
    replace(writer, row, row.withLife(removed));
  }

  /** Returns the life of a file that is removed now and may be open: its grace period follows. */
  public static Life.Removed removedNow(StateReader reader, long nowMillis) {
    return new Life.Removed(nowMillis + SystemTable.settings(reader).graceMillis());
  }

  private static void addIndex(StateWriter writer, InodeRow row) {
    long id = row.inodeId().value();
    if (row.life() instanceof Life.Pending pending) {
      long session = pending.sessionId().value();
      OwnerIndex.put(writer, OwnerIndex.Kind.PENDING_OF_SESSION, session, id);
    } else if (row.life() instanceof Life.Removed removed) {
      ExpiryIndex.put(writer, removedKind(row), removed.readableUntilMillis(), id);
    }
  }

  private static void deleteIndex(StateWriter writer, InodeRow row) {
    long id = row.inodeId().value();
    if (row.life() instanceof Life.Pending pending) {
      long session = pending.sessionId().value();
      OwnerIndex.delete(writer, OwnerIndex.Kind.PENDING_OF_SESSION, session, id);
    } else if (row.life() instanceof Life.Removed removed) {
      ExpiryIndex.delete(writer, removedKind(row), removed.readableUntilMillis(), id);
    }
  }

  private static ExpiryIndex.Kind removedKind(InodeRow row) {
    return row.isDirectory() ? ExpiryIndex.Kind.REMOVED_DIRECTORY : ExpiryIndex.Kind.REMOVED_FILE;
  }

  private static void write(StateWriter writer, InodeRow row) {
    writer.put(Table.INODES, Key.of(row.inodeId().value()), row.encode());
  }
}
