package io.shoal.metadata.namespace;

import io.shoal.common.id.ChunkId;
import io.shoal.common.id.InodeId;
import io.shoal.metadata.row.Key;
import io.shoal.metadata.row.RowReader;
import io.shoal.metadata.row.RowWriter;
import io.shoal.metadata.store.Cursor;
import io.shoal.metadata.store.Row;
import io.shoal.metadata.store.StateReader;
import io.shoal.metadata.store.StateWriter;
import io.shoal.metadata.store.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The maps of files: by the inode's id and the offset in the file. */
public final class ExtentTable {
  private static final int VERSION = 1;

  private ExtentTable() {}

  /** Puts an extent, in the place of one that begins at its offset. */
  public static void put(StateWriter writer, InodeId inodeId, Extent extent) {
    writer.put(
        Table.EXTENTS,
        Key.of(inodeId.value(), extent.fileOffset()),
        new RowWriter(VERSION)
            .putNumber(extent.length())
            .putFixed(extent.chunkId().value())
            .putNumber(extent.chunkOffset())
            .toByteArray());
  }

  /** Deletes the extent that begins at an offset. */
  public static void delete(StateWriter writer, InodeId inodeId, long fileOffset) {
    writer.delete(Table.EXTENTS, Key.of(inodeId.value(), fileOffset));
  }

  /** Returns the last extent that begins at or before a byte; null if there is none. */
  public static @Nullable Extent floor(StateReader reader, InodeId inodeId, long fileOffset) {
    byte[] from = Key.of(inodeId.value(), 0);
    Row row = reader.last(Table.EXTENTS, from, Key.of(inodeId.value(), fileOffset + 1));
    return row == null ? null : decode(row.key(), row.value());
  }

  /**
   * Returns extents in order, at most {@code limit}, from the one on that holds a byte, or else the
   * first behind it.
   */
  public static List<Extent> page(StateReader reader, InodeId inodeId, long fileOffset, int limit) {
    Extent floor = floor(reader, inodeId, fileOffset);
    long begin = floor != null && floor.fileEnd() > fileOffset ? floor.fileOffset() : fileOffset;
    List<Extent> extents = new ArrayList<>();
    try (Cursor cursor = scan(reader, inodeId, begin)) {
      while (extents.size() < limit && cursor.next()) {
        extents.add(decode(cursor.key(), cursor.value()));
      }
    }
    return extents;
  }

  /** Returns the last extents that begin at or behind a byte, at most {@code limit}, last first. */
  public static List<Extent> tail(StateReader reader, InodeId inodeId, long fileOffset, int limit) {
    List<Extent> extents = new ArrayList<>();
    byte[] from = Key.of(inodeId.value(), fileOffset);
    byte[] to = Key.behind(Key.of(inodeId.value()));
    while (extents.size() < limit) {
      Row row = reader.last(Table.EXTENTS, from, to);
      if (row == null) {
        break;
      }
      extents.add(decode(row.key(), row.value()));
      to = row.key();
    }
    return extents;
  }

  /** Hands over all extents of a file in order; holds none of them. */
  public static void forEach(StateReader reader, InodeId inodeId, Consumer<Extent> consumer) {
    try (Cursor cursor = scan(reader, inodeId, 0)) {
      while (cursor.next()) {
        consumer.accept(decode(cursor.key(), cursor.value()));
      }
    }
  }

  private static Cursor scan(StateReader reader, InodeId inodeId, long begin) {
    byte[] to = Key.behind(Key.of(inodeId.value()));
    return reader.scan(Table.EXTENTS, Key.of(inodeId.value(), begin), to);
  }

  private static Extent decode(byte[] key, byte[] row) {
    RowReader fields = new RowReader("extent", row, VERSION);
    int length = fields.smallNumber();
    ChunkId chunkId = new ChunkId(fields.fixed());
    int chunkOffset = fields.smallNumber();
    fields.end();
    return new Extent(Key.longAt(key, 8), length, chunkId, chunkOffset);
  }
}
