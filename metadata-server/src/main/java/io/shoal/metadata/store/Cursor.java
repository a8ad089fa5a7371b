package io.shoal.metadata.store;

/**
 * A position in a range of rows, at first before the first one. Used by one thread; close it.
 *
 * <pre>{@code
 * try (Cursor cursor = reader.scan(table, from, to)) {
 *   while (cursor.next()) {
 *     use(cursor.key(), cursor.value());
 *   }
 * }
 * }</pre>
 */
public interface Cursor extends AutoCloseable {
  /** Moves to the next row; returns false when there is none. */
  boolean next();

  /** Returns the key of the row it is at. */
  byte[] key();

  /** Returns the value of the row it is at. */
  byte[] value();

  @Override
  void close();
}
