package io.shoal.metadata.store;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The committed state as the one writer of a store reads it, with what the writer knows because
 * nobody else changes anything:
 *
 * <ul>
 *   <li>Where the first row of a range is, for ranges that are scanned from the same beginning
 *       again and again while their first rows are deleted. RocksDB would walk over what is left of
 *       the deleted ones each time, until it compacts them.
 *   <li>The rows of {@link Table#SYSTEM}, of which each command reads some.
 * </ul>
 *
 * <p>Used by the thread of the writer only.
 */
final class WriterMemory implements StateReader {
  /** Ranges of a table whose first row is known. */
  private static final int MAX_RANGES = 16;

  private final StateReader committed;
  private final Map<ByteBuffer, byte @Nullable []> system = new HashMap<>();

  /** By the beginning of the range: no row from there to what is said here, exclusive. */
  private final PerTable<Map<ByteBuffer, byte[]>> gaps = PerTable.of(table -> newGaps());

  WriterMemory(StateReader committed) {
    this.committed = committed;
  }

  private static Map<ByteBuffer, byte[]> newGaps() {
    return new LinkedHashMap<>(MAX_RANGES, 0.75f, true) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<ByteBuffer, byte[]> eldest) {
        return size() > MAX_RANGES;
      }
    };
  }

  /** Takes note of a change that was committed. */
  void changed(Table table, byte[] key, byte @Nullable [] value) {
    if (table == Table.SYSTEM) {
      system.put(ByteBuffer.wrap(key), value);
    }
    Map<ByteBuffer, byte[]> ofTable = gaps.get(table);
    if (value == null || ofTable.isEmpty()) {
      return;
    }
    for (Map.Entry<ByteBuffer, byte[]> gap : ofTable.entrySet()) {
      boolean within =
          Arrays.compareUnsigned(gap.getKey().array(), key) <= 0
              && Arrays.compareUnsigned(key, gap.getValue()) < 0;
      if (within) {
        gap.setValue(key);
      }
    }
  }

  /** Forgets everything: what is stored is not certain any more. */
  void forget() {
    system.clear();
    gaps.forEach((table, ofTable) -> ofTable.clear());
  }

  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    if (table != Table.SYSTEM) {
      return committed.get(table, key);
    }
    ByteBuffer wrapped = ByteBuffer.wrap(key);
    byte[] known = system.get(wrapped);
    if (known == null && !system.containsKey(wrapped)) {
      known = committed.get(table, key);
      system.put(wrapped, known);
    }
    return known;
  }

  @Override
  public Cursor scan(Table table, byte[] fromInclusive, byte @Nullable [] toExclusive) {
    byte[] gapEnd = gaps.get(table).get(ByteBuffer.wrap(fromInclusive));
    byte[] from = gapEnd == null ? fromInclusive : gapEnd;
    if (toExclusive != null && Arrays.compareUnsigned(from, toExclusive) >= 0) {
      return EmptyCursor.INSTANCE;
    }
    return new Learning(
        committed.scan(table, from, toExclusive), gaps.get(table), fromInclusive, toExclusive);
  }

  @Override
  public @Nullable Row last(Table table, byte[] fromInclusive, byte @Nullable [] toExclusive) {
    return committed.last(table, fromInclusive, toExclusive);
  }

  /** Learns from its first step where the range begins. */
  private static final class Learning implements Cursor {
    private final Cursor rows;
    private final Map<ByteBuffer, byte[]> gaps;
    private final byte[] from;
    private final byte @Nullable [] to;
    private boolean begun;

    Learning(
        Cursor rows, Map<ByteBuffer, byte[]> gaps, byte[] from, byte @Nullable [] toExclusive) {
      this.rows = rows;
      this.gaps = gaps;
      this.from = from;
      this.to = toExclusive;
    }

    @Override
    public boolean next() {
      boolean found = rows.next();
      if (!begun) {
        begun = true;
        byte[] gapEnd = found ? rows.key() : to;
        if (gapEnd != null) {
          gaps.put(ByteBuffer.wrap(from), gapEnd);
        }
      }
      return found;
    }

    @Override
    public byte[] key() {
      return rows.key();
    }

    @Override
    public byte[] value() {
      return rows.value();
    }

    @Override
    public void close() {
      rows.close();
    }
  }
}
