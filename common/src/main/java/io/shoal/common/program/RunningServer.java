package io.shoal.common.program;

import java.util.concurrent.CompletableFuture;

/** A server that was started. */
public interface RunningServer extends AutoCloseable {
  /** Completes when the server serves; fails if it never will. */
  CompletableFuture<Void> serving();

  /** Returns the most memory that its libraries take outside the JVM's own limits, in bytes. */
  long nativeMemoryBytes();

  /**
   * Ends the server: lets what is under way finish within its limits, then gives everything back.
   * Blocks. May be called again.
   */
  @Override
  void close();
}
