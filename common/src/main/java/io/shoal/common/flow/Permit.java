package io.shoal.common.flow;

/**
 * A part of a {@link Permits} budget, held until it is released. Thread-safe; releasing what was
 * released is without effect, so that every way out of an operation may do it.
 */
public interface Permit extends AutoCloseable {
  /** Returns the bytes that are still held; 0 after the release. */
  long bytes();

  /** Gives everything back, the count included. */
  void release();

  /**
   * Gives some of the bytes back and keeps the count, also when no bytes are left. Without effect
   * after {@link #release()}.
   *
   * @throws IllegalArgumentException if the number is negative or more than is held
   */
  void release(long bytes);

  /** As {@link #release()}. */
  @Override
  default void close() {
    release();
  }
}
