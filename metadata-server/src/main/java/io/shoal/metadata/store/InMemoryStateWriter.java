package io.shoal.metadata.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Changes over maps that stay as they are, with a log of how to undo them. */
final class InMemoryStateWriter implements StateWriter {
  /**
   * What becomes of a key.
   *
   * @param value its new value; null if it is deleted
   */
  @SuppressWarnings("ArrayRecordComponent") // A carrier; nobody compares changes.
  record Change(byte @Nullable [] value) {}

  /** How to take back one write: what the table's changes said about the key before. */
  @SuppressWarnings("ArrayRecordComponent") // A carrier; nobody compares it.
  private record Undo(Table table, byte[] key, @Nullable Change before) {}

  private final Map<Table, NavigableMap<byte[], byte[]>> base;
  private final Map<Table, NavigableMap<byte[], Change>> changes = new EnumMap<>(Table.class);
  private final List<Undo> undoLog = new ArrayList<>();
  private final Deque<Integer> savepoints = new ArrayDeque<>();
  private final OpenCursors cursors = new OpenCursors();
  private boolean open = true;

  InMemoryStateWriter(Map<Table, NavigableMap<byte[], byte[]>> base) {
    this.base = base;
    for (Table table : Table.values()) {
      changes.put(table, new TreeMap<>(Arrays::compareUnsigned));
    }
  }

  boolean isOpen() {
    return open;
  }

  Map<Table, NavigableMap<byte[], Change>> changes() {
    return changes;
  }

  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    checkOpen();
    Change change = changed(table).get(key);
    return change != null ? change.value() : rows(table).get(key);
  }

  @Override
  public Cursor scan(Table table, byte[] fromInclusive, byte @Nullable [] toExclusive) {
    checkOpen();
    cursors.opened(table);
    return new NavigatingCursor(
        fromInclusive,
        toExclusive,
        key -> firstFrom(table, key, true),
        key -> firstFrom(table, key, false),
        () -> cursors.closed(table));
  }

  private Map.@Nullable Entry<byte[], byte[]> firstFrom(
      Table table, byte[] key, boolean inclusive) {
    NavigableMap<byte[], Change> changed = changed(table).tailMap(key, inclusive);
    NavigableMap<byte[], byte[]> rows = rows(table).tailMap(key, inclusive);
    Map.Entry<byte[], Change> change = changed.firstEntry();
    Map.Entry<byte[], byte[]> row = rows.firstEntry();
    while (change != null || row != null) {
      if (change == null || (row != null && compare(row, change) < 0)) {
        return row;
      }
      byte[] value = change.getValue().value();
      if (value != null) {
        return Map.entry(change.getKey(), value);
      }
      row = rows.higherEntry(change.getKey());
      change = changed.higherEntry(change.getKey());
    }
    return null;
  }

  @Override
  public @Nullable Row last(Table table, byte[] fromInclusive, byte[] toInclusive) {
    checkOpen();
    if (Arrays.compareUnsigned(fromInclusive, toInclusive) > 0) {
      return null;
    }
    NavigableMap<byte[], Change> changed =
        changed(table).subMap(fromInclusive, true, toInclusive, true);
    NavigableMap<byte[], byte[]> rows = rows(table).subMap(fromInclusive, true, toInclusive, true);
    Map.Entry<byte[], Change> change = changed.lastEntry();
    Map.Entry<byte[], byte[]> row = rows.lastEntry();
    while (change != null || row != null) {
      if (change == null || (row != null && compare(row, change) > 0)) {
        return new Row(row.getKey(), row.getValue());
      }
      byte[] value = change.getValue().value();
      if (value != null) {
        return new Row(change.getKey(), value);
      }
      row = rows.lowerEntry(change.getKey());
      change = changed.lowerEntry(change.getKey());
    }
    return null;
  }

  private static int compare(Map.Entry<byte[], ?> one, Map.Entry<byte[], ?> other) {
    return Arrays.compareUnsigned(one.getKey(), other.getKey());
  }

  @Override
  public void put(Table table, byte[] key, byte[] value) {
    change(table, key, new Change(Objects.requireNonNull(value)));
  }

  @Override
  public void delete(Table table, byte[] key) {
    change(table, key, new Change(null));
  }

  private void change(Table table, byte[] key, Change change) {
    checkOpen();
    cursors.checkNone(table);
    Change before = changed(table).put(key, change);
    if (!savepoints.isEmpty()) {
      undoLog.add(new Undo(table, key, before));
    }
  }

  @Override
  public void savepoint() {
    checkOpen();
    savepoints.push(undoLog.size());
  }

  @Override
  public void rollbackToSavepoint() {
    checkOpen();
    cursors.checkNone();
    int keep = popSavepoint();
    for (int i = undoLog.size() - 1; i >= keep; i--) {
      Undo undo = undoLog.remove(i);
      if (undo.before() == null) {
        changed(undo.table()).remove(undo.key());
      } else {
        changed(undo.table()).put(undo.key(), undo.before());
      }
    }
  }

  @Override
  public void releaseSavepoint() {
    checkOpen();
    popSavepoint();
    if (savepoints.isEmpty()) {
      undoLog.clear();
    }
  }

  private int popSavepoint() {
    try {
      return savepoints.pop();
    } catch (NoSuchElementException e) {
      throw new IllegalStateException("no savepoint is set", e);
    }
  }

  private NavigableMap<byte[], Change> changed(Table table) {
    return Objects.requireNonNull(changes.get(table));
  }

  private NavigableMap<byte[], byte[]> rows(Table table) {
    return Objects.requireNonNull(base.get(table));
  }

  private void checkOpen() {
    if (!open) {
      throw new IllegalStateException("the writer is closed");
    }
  }

  @Override
  public void close() {
    open = false;
  }
}
