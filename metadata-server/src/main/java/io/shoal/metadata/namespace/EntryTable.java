package io.shoal.metadata.namespace;

import io.shoal.common.id.InodeId;
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

/** What stands in directories: by the directory's id and the name's UTF-8 bytes. */
public final class EntryTable {
  private static final int VERSION = 1;

  private EntryTable() {}

  /** What a name in a directory stands for. */
  public record Entry(InodeId inodeId, FileType type) {
    /** Tells whether it is a directory. */
    public boolean isDirectory() {
      return type == FileType.DIRECTORY;
    }
  }

  /** An entry with its name. */
  public record Named(String name, Entry entry) {}

  /** Returns an entry; null if the directory has none of the name. */
  public static @Nullable Entry find(StateReader reader, InodeId directory, String name) {
    byte[] row = reader.get(Table.ENTRIES, Key.of(directory.value(), name));
    return row == null ? null : decode(row);
  }

  /** Puts an entry, in the place of one with the name. */
  public static void put(StateWriter writer, InodeId directory, String name, Entry entry) {
    writer.put(
        Table.ENTRIES,
        Key.of(directory.value(), name),
        new RowWriter(VERSION)
            .putNumber(entry.type().number())
            .putFixed(entry.inodeId().value())
            .toByteArray());
  }

  /** Deletes an entry. */
  public static void delete(StateWriter writer, InodeId directory, String name) {
    writer.delete(Table.ENTRIES, Key.of(directory.value(), name));
  }

  /** Tells whether a directory has no entries. */
  public static boolean isEmpty(StateReader reader, InodeId directory) {
    return page(reader, directory, "", 1).isEmpty();
  }

  /** Returns the first entries behind a name, at most {@code limit}; an empty name for all. */
  public static List<Named> page(
      StateReader reader, InodeId directory, String afterName, int limit) {
    List<Named> entries = new ArrayList<>();
    if (limit <= 0) {
      return entries;
    }
    byte[] from = Key.after(Key.of(directory.value(), afterName));
    byte[] to = Key.behind(Key.of(directory.value()));
    try (Cursor cursor = reader.scan(Table.ENTRIES, from, to)) {
      while (entries.size() < limit && cursor.next()) {
        entries.add(new Named(Key.textAt(cursor.key(), 8), decode(cursor.value())));
      }
    }
    return entries;
  }

  private static Entry decode(byte[] row) {
    RowReader fields = new RowReader("entry", row, VERSION);
    FileType type = FileType.ofNumber(fields.smallNumber());
    Entry entry = new Entry(new InodeId(fields.fixed()), type);
    fields.end();
    return entry;
  }
}
