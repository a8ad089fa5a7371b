package io.shoal.client;

/**
 * Is told how a transfer goes on. Called from the client's threads, one call at a time for each
 * transfer; must not block.
 */
@FunctionalInterface
public interface Progress {
  /** Listens to nothing. */
  Progress NONE = bytes -> {};

  /**
   * Some more bytes are done.
   *
   * @param bytes how many since the last call, at least 1
   */
  void advanced(long bytes);
}
