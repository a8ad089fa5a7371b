package io.shoal.metadata.store;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the state on the heap, for tests of what stands on it. A view shares the maps with the
 * store; the first commit that touches a shared map copies it.
 */
public final class InMemoryStateStore implements StateStore {
  private final Object lock = new Object();
  private final Map<Table, NavigableMap<byte[], byte[]>> tables = new EnumMap<>(Table.class);
  private final Set<Table> shared = EnumSet.noneOf(Table.class);
  private LogPosition applied = LogPosition.NONE;
  private @Nullable InMemoryStateWriter writer;

  /** Makes an empty store. */
  public InMemoryStateStore() {
    for (Table table : Table.values()) {
      tables.put(table, new TreeMap<>(Arrays::compareUnsigned));
    }
  }

  @Override
  public StateView view() {
    synchronized (lock) {
      shared.addAll(EnumSet.allOf(Table.class));
      return new View(new EnumMap<>(tables), applied);
    }
  }

  @Override
  public StateWriter begin() {
    synchronized (lock) {
      if (writer != null && writer.isOpen()) {
        throw new IllegalStateException("a writer is open (expected: at most one)");
      }
      writer = new InMemoryStateWriter(new EnumMap<>(tables));
      return writer;
    }
  }

  @Override
  public void commit(StateWriter finished, LogPosition position) {
    synchronized (lock) {
      if (finished != writer || !writer.isOpen()) {
        throw new IllegalStateException("not the open writer of this store");
      }
      if (position.index() <= applied.index()) {
        throw new IllegalStateException(
            "commit at " + position + " (expected: behind " + applied + ")");
      }
      writer.changes().forEach(this::change);
      applied = position;
      writer.close();
      writer = null;
    }
  }

  private void change(Table table, NavigableMap<byte[], InMemoryStateWriter.Change> changes) {
    if (changes.isEmpty()) {
      return;
    }
    NavigableMap<byte[], byte[]> rows = Objects.requireNonNull(tables.get(table));
    if (shared.remove(table)) {
      rows = new TreeMap<>(rows);
      tables.put(table, rows);
    }
    for (Map.Entry<byte[], InMemoryStateWriter.Change> entry : changes.entrySet()) {
      byte[] value = entry.getValue().value();
      if (value == null) {
        rows.remove(entry.getKey());
      } else {
        rows.put(entry.getKey(), value);
      }
    }
  }

  @Override
  public LogPosition applied() {
    synchronized (lock) {
      return applied;
    }
  }

  @Override
  public void close() {}

  private record View(Map<Table, NavigableMap<byte[], byte[]>> tables, LogPosition applied)
      implements StateView {
    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
      return rows(table).get(key);
    }

    @Override
    public Cursor scan(Table table, byte[] fromInclusive, byte @Nullable [] toExclusive) {
      NavigableMap<byte[], byte[]> rows = rows(table);
      return new NavigatingCursor(
          fromInclusive, toExclusive, rows::ceilingEntry, rows::higherEntry, () -> {});
    }

    @Override
    public @Nullable Row last(Table table, byte[] fromInclusive, byte[] toInclusive) {
      Map.Entry<byte[], byte[]> floor = rows(table).floorEntry(toInclusive);
      if (floor == null || Arrays.compareUnsigned(floor.getKey(), fromInclusive) < 0) {
        return null;
      }
      return new Row(floor.getKey(), floor.getValue());
    }

    private NavigableMap<byte[], byte[]> rows(Table table) {
      return Objects.requireNonNull(tables.get(table));
    }

    @Override
    public void close() {}
  }
}
