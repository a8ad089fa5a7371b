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

/**
 * A writer for any store: the changes lie on the heap, over a reader of what is committed, with a
 * log of how to undo them back to the oldest savepoint.
 *
 * <p>RocksDB's own {@code WriteBatchWithIndex} would do as well, but builds its index anew for each
 * rollback, so that a batch in which many commands fail would cost the square of its size.
 */
final class Overlay implements StateWriter {
  /**
   * What becomes of a key.
   *
   * @param value its new value; null if it is deleted
   */
  @SuppressWarnings("ArrayRecordComponent") // A carrier; nobody compares changes.
  record Change(byte @Nullable [] value) {
    static final Change DELETED = new Change(null);
  }

  /** How to take back one write: what the table's changes said about the key before. */
  @SuppressWarnings("ArrayRecordComponent") // A carrier; nobody compares it.
  private record Undo(Table table, byte[] key, @Nullable Change before) {}

  /** Takes the changes of a finished writer. */
  interface Target {
    /** Is handed the last change of each key, by table and in the order of keys. */
    void apply(Table table, byte[] key, byte @Nullable [] value);
  }

  private final StateReader base;
  private final PerTable<NavigableMap<byte[], Change>> changes =
      PerTable.of(table -> new TreeMap<>(Arrays::compareUnsigned));
  private final List<Undo> undoLog = new ArrayList<>();
  private final Deque<Integer> savepoints = new ArrayDeque<>();
  private final Map<Table, Integer> openCursors = new EnumMap<>(Table.class);
  private boolean open = true;

  Overlay(StateReader base) {
    this.base = base;
  }

  boolean isOpen() {
    return open;
  }

  void applyTo(Target target) {
    checkOpen();
    checkNoCursors();
    changes.forEach(
        (table, rows) -> rows.forEach((key, change) -> target.apply(table, key, change.value())));
  }

  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    checkOpen();
    Change change = changed(table).get(key);
    return change != null ? change.value() : base.get(table, key);
  }

  @Override
  public Cursor scan(Table table, byte[] fromInclusive, byte @Nullable [] toExclusive) {
    checkOpen();
    NavigableMap<byte[], Change> inRange = range(changed(table), fromInclusive, toExclusive);
    Cursor below = base.scan(table, fromInclusive, toExclusive);
    openCursors.merge(table, 1, Integer::sum);
    return new OverlayCursor(
        below, inRange.entrySet().iterator(), () -> openCursors.merge(table, -1, Integer::sum));
  }

  @Override
  public @Nullable Row last(Table table, byte[] fromInclusive, byte @Nullable [] toExclusive) {
    checkOpen();
    NavigableMap<byte[], Change> inRange = range(changed(table), fromInclusive, toExclusive);
    Row row = base.last(table, fromInclusive, toExclusive);
    Map.Entry<byte[], Change> change = inRange.lastEntry();
    while (change != null && (row == null || compare(change.getKey(), row.key()) >= 0)) {
      byte[] value = change.getValue().value();
      if (value != null) {
        return new Row(change.getKey(), value);
      }
      if (row != null && compare(change.getKey(), row.key()) == 0) {
        row = base.last(table, fromInclusive, row.key());
      }
      change = inRange.lowerEntry(change.getKey());
    }
    return row;
  }

  private static NavigableMap<byte[], Change> range(
      NavigableMap<byte[], Change> rows, byte[] from, byte @Nullable [] to) {
    if (to == null) {
      return rows.tailMap(from, true);
    }
    return rows.subMap(from, true, compare(from, to) > 0 ? from : to, false);
  }

  private static int compare(byte[] one, byte[] other) {
    return Arrays.compareUnsigned(one, other);
  }

  @Override
  public void put(Table table, byte[] key, byte[] value) {
    change(table, key, new Change(Objects.requireNonNull(value)));
  }

  @Override
  public void delete(Table table, byte[] key) {
    change(table, key, Change.DELETED);
  }

  private void change(Table table, byte[] key, Change change) {
    checkOpen();
    checkNoCursors(table);
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
    checkNoCursors();
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
    return changes.get(table);
  }

  private void checkOpen() {
    if (!open) {
      throw new IllegalStateException("the writer is closed");
    }
  }

  private void checkNoCursors() {
    for (Table table : Table.values()) {
      checkNoCursors(table);
    }
  }

  private void checkNoCursors(Table table) {
    int count = openCursors.getOrDefault(table, 0);
    if (count > 0) {
      throw new IllegalStateException(
          "write to " + table + " under " + count + " open cursors (expected: 0)");
    }
  }

  @Override
  public void close() {
    open = false;
  }
}
