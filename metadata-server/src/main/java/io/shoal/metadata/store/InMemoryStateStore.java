package io.shoal.metadata.store;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the state on the heap, for tests of what stands on it. A view shares the maps with the
 * store; the first commit that touches a shared map copies it.
 */
public final class InMemoryStateStore implements StateStore {
  private final Object lock = new Object();
  private final PerTable<NavigableMap<byte[], byte[]>> tables =
      PerTable.of(table -> new TreeMap<>(Arrays::compareUnsigned));
  private final Set<Table> shared = EnumSet.noneOf(Table.class);
  private LogPosition applied = LogPosition.NONE;
  private @Nullable Overlay writer;

  @Override
  public StateView view() {
    synchronized (lock) {
      shared.addAll(EnumSet.allOf(Table.class));
      return new View(new MapReader(tables.copy()), applied);
    }
  }

  @Override
  public StateWriter begin() {
    synchronized (lock) {
      if (writer != null && writer.isOpen()) {
        throw new IllegalStateException("a writer is open (expected: at most one)");
      }
      writer = new Overlay(new MapReader(tables.copy()));
      return writer;
    }
  }

  @Override
  public void commit(StateWriter finished, LogPosition position) {
    synchronized (lock) {
      Overlay mine = writer;
      if (mine == null || finished != mine) {
        throw new IllegalStateException("not the open writer of this store");
      }
      position.checkBehind(applied);
      mine.applyTo(this::change);
      mine.close();
      writer = null;
      applied = position;
    }
  }

  private void change(Table table, byte[] key, byte @Nullable [] value) {
    NavigableMap<byte[], byte[]> rows = tables.get(table);
    if (shared.remove(table)) {
      rows = new TreeMap<>(rows);
      tables.set(table, rows);
    }
    if (value == null) {
      rows.remove(key);
    } else {
      rows.put(key, value);
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

  private record View(MapReader reader, LogPosition applied) implements StateView {
    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
      return reader.get(table, key);
    }

    @Override
    public Cursor scan(Table table, byte[] fromInclusive, byte @Nullable [] toExclusive) {
      return reader.scan(table, fromInclusive, toExclusive);
    }

    @Override
    public @Nullable Row last(Table table, byte[] fromInclusive, byte @Nullable [] toExclusive) {
      return reader.last(table, fromInclusive, toExclusive);
    }

    @Override
    public void close() {}
  }
}
