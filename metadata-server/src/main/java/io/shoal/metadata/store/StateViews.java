package io.shoal.metadata.store;

/** Opens views of the state: what those are handed that only read. Thread-safe. */
public interface StateViews {
  /**
   * Opens a consistent view of what is committed. The caller closes it.
   *
   * @throws io.shoal.common.error.ShoalException {@code UNAVAILABLE} when the store is closed
   */
  StateView view();
}
