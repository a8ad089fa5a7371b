package io.shoal.metadata.store;

import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads tables that are maps. */
record MapReader(PerTable<NavigableMap<byte[], byte[]>> tables) implements StateReader {
  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    return tables.get(table).get(key);
  }

  @Override
  public Cursor scan(Table table, byte[] fromInclusive, byte @Nullable [] toExclusive) {
    return new MapCursor(range(table, fromInclusive, toExclusive).entrySet().iterator());
  }

  @Override
  public @Nullable Row last(Table table, byte[] fromInclusive, byte @Nullable [] toExclusive) {
    Map.Entry<byte[], byte[]> last = range(table, fromInclusive, toExclusive).lastEntry();
    return last == null ? null : new Row(last.getKey(), last.getValue());
  }

  private NavigableMap<byte[], byte[]> range(Table table, byte[] from, byte @Nullable [] to) {
    NavigableMap<byte[], byte[]> rows = tables.get(table);
    if (to == null) {
      return rows.tailMap(from, true);
    }
    if (Arrays.compareUnsigned(from, to) >= 0) {
      return Collections.unmodifiableNavigableMap(new TreeMap<>(rows.comparator()));
    }
    return rows.subMap(from, true, to, false);
  }

  private static final class MapCursor implements Cursor {
    private final Iterator<Map.Entry<byte[], byte[]>> rows;
    private Map.@Nullable Entry<byte[], byte[]> current;

    MapCursor(Iterator<Map.Entry<byte[], byte[]>> rows) {
      this.rows = rows;
    }

    @Override
    public boolean next() {
      current = rows.hasNext() ? rows.next() : null;
      return current != null;
    }

    @Override
    public byte[] key() {
      return row().getKey();
    }

    @Override
    public byte[] value() {
      return row().getValue();
    }

    private Map.Entry<byte[], byte[]> row() {
      if (current == null) {
        throw new IllegalStateException("the cursor is not at a row");
      }
      return current;
    }

    @Override
    public void close() {}
  }
}
