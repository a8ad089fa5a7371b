package io.shoal.metadata.store;

/**
 * Keeps the replicated state and how far into the log it reaches.
 *
 * <p>{@link #begin} and {@link #commit} belong to the thread that applies the log; {@link #view}
 * and {@link #applied} to anyone. Every method throws {@link java.io.UncheckedIOException} when the
 * disk fails; the store must not be used after that.
 */
public interface StateStore extends StateViews, AutoCloseable {
  /** Begins the effects of a log entry. */
  StateWriter begin();

  /**
   * Makes the effects of a log entry stand, together with its position, as a whole; closes the
   * writer.
   *
   * @param position must lie behind {@link #applied()}
   */
  void commit(StateWriter writer, LogPosition position);

  /** Returns the position of the last commit; {@link LogPosition#NONE} in a new store. */
  LogPosition applied();

  /** Closes the store; views and writers must be closed before. */
  @Override
  void close();
}
