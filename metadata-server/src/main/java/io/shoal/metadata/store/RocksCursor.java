package io.shoal.metadata.store;

import org.rocksdb.RocksIterator;

/** A cursor over an iterator of RocksDB. */
final class RocksCursor implements Cursor {
  private final RocksReader.Range range;
  private final byte[] from;
  private boolean begun;
  private boolean atRow;
  private boolean closed;

  /** Takes the range. */
  RocksCursor(RocksReader.Range range, byte[] from) {
    this.range = range;
    this.from = from;
  }

  @Override
  public boolean next() {
    if (closed) {
      throw new IllegalStateException("the cursor is closed");
    }
    RocksIterator rows = range.rows();
    if (!begun) {
      begun = true;
      rows.seek(from);
    } else if (atRow) {
      rows.next();
    } else {
      return false;
    }
    atRow = rows.isValid();
    if (!atRow) {
      range.checkStatus();
    }
    return atRow;
  }

  @Override
  public byte[] key() {
    checkAtRow();
    return range.rows().key();
  }

  @Override
  public byte[] value() {
    checkAtRow();
    return range.rows().value();
  }

  private void checkAtRow() {
    if (closed || !atRow) {
      throw new IllegalStateException("the cursor is not at a row");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      range.close();
    }
  }
}
