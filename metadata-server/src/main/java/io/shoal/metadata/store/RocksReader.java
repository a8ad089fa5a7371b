package io.shoal.metadata.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/**
 * Reads tables from RocksDB: at a snapshot, or as they are when the call is made.
 *
 * @param options borrowed; {@code snapshot} is set in them
 */
record RocksReader(
    RocksDB database,
    PerTable<ColumnFamilyHandle> handles,
    ReadOptions options,
    @Nullable Snapshot snapshot)
    implements StateReader {
  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    try {
      return database.get(handles.get(table), options, key);
    } catch (RocksDBException e) {
      throw failed("get from " + table, e);
    }
  }

  @Override
  public Cursor scan(Table table, byte[] fromInclusive, byte @Nullable [] toExclusive) {
    if (toExclusive != null && Arrays.compareUnsigned(fromInclusive, toExclusive) >= 0) {
      return EmptyCursor.INSTANCE;
    }
    return new RocksCursor(range(table, null, toExclusive), fromInclusive);
  }

  @Override
  public @Nullable Row last(Table table, byte[] fromInclusive, byte @Nullable [] toExclusive) {
    if (toExclusive != null && Arrays.compareUnsigned(fromInclusive, toExclusive) >= 0) {
      return null;
    }
    try (Range range = range(table, fromInclusive, toExclusive)) {
      RocksIterator rows = range.rows();
      rows.seekToLast();
      if (!rows.isValid()) {
        range.checkStatus();
        return null;
      }
      return new Row(rows.key(), rows.value());
    }
  }

  private Range range(Table table, byte @Nullable [] from, byte @Nullable [] to) {
    ReadOptions bounded = new ReadOptions();
    if (snapshot != null) {
      bounded.setSnapshot(snapshot);
    }
    Slice lower = from == null ? null : new Slice(from);
    Slice upper = to == null ? null : new Slice(to);
    if (lower != null) {
      bounded.setIterateLowerBound(lower);
    }
    if (upper != null) {
      bounded.setIterateUpperBound(upper);
    }
    RocksIterator rows = database.newIterator(handles.get(table), bounded);
    return new Range(rows, bounded, lower, upper);
  }

  static UncheckedIOException failed(String what, RocksDBException e) {
    return new UncheckedIOException(new IOException("RocksDB: " + what + ": " + e.getMessage(), e));
  }

  /** An iterator with the native objects that it needs. */
  record Range(
      RocksIterator rows, ReadOptions options, @Nullable Slice lower, @Nullable Slice upper)
      implements AutoCloseable {
    /** Tells the end of the range from a failed read. */
    void checkStatus() {
      try {
        rows.status();
      } catch (RocksDBException e) {
        throw failed("scan", e);
      }
    }

    @Override
    public void close() {
      rows.close();
      options.close();
      if (lower != null) {
        lower.close();
      }
      if (upper != null) {
        upper.close();
      }
    }
  }
}
