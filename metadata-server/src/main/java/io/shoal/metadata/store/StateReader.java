package io.shoal.metadata.store;

import org.jspecify.annotations.Nullable;

/**
 * Reads the tables. Keys are compared as unsigned bytes, left to right, a prefix before what it
 * begins. Arrays that are handed in or out are never changed by either side afterwards.
 *
 * <p>Every method throws {@link java.io.UncheckedIOException} when the disk fails.
 */
public interface StateReader {
  /** Returns the value of a key; null if the table has no such key. */
  byte @Nullable [] get(Table table, byte[] key);

  /**
   * Goes through the rows of a range in ascending order of keys. The caller closes the cursor.
   *
   * @param toExclusive where the range ends; null for the end of the table
   */
  Cursor scan(Table table, byte[] fromInclusive, byte @Nullable [] toExclusive);

  /**
   * Returns the last row of a range; null if the range is empty.
   *
   * @param toExclusive where the range ends; null for the end of the table
   */
  @Nullable Row last(Table table, byte[] fromInclusive, byte @Nullable [] toExclusive);
}
