package io.shoal.metadata.consensus;

import java.util.concurrent.CompletableFuture;

/** Where a server that does not lead learns how far the log is. */
@FunctionalInterface
public interface LogIndexSource {
  /**
   * Asks a server that leads. Does not block.
   *
   * @param server {@code host:port} of its service
   * @return the index of an entry up to which all is applied there that was acknowledged before
   *     this call; fails if it does not lead, or does not answer in time
   */
  CompletableFuture<Long> logIndex(String server);
}
