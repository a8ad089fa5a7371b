package io.shoal.metadata.store;

/**
 * The effects of one log entry while they come into being. Its reads see its own earlier writes.
 * Used by one thread, and a store has at most one at a time. {@link StateStore#commit} makes the
 * effects stand; closed before that, they are dropped.
 *
 * <p>No table is written while a cursor of this writer stands in it ({@link
 * IllegalStateException}): collect the keys first, then write.
 */
public interface StateWriter extends StateReader, AutoCloseable {
  /** Puts a row, in the place of one with the same key if there is one. */
  void put(Table table, byte[] key, byte[] value);

  /** Deletes a row; without effect if there is none. */
  void delete(Table table, byte[] key);

  /** Marks this state, to come back to. Savepoints nest. */
  void savepoint();

  /** Undoes all writes since the last savepoint, which is used up. */
  void rollbackToSavepoint();

  /** Keeps the writes since the last savepoint and forgets it. */
  void releaseSavepoint();

  @Override
  void close();
}
