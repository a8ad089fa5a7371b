package io.shoal.client.internal.transfer;

import io.shoal.common.error.ShoalException;
import java.util.concurrent.CompletableFuture;

/** A whole file on its way. Thread-safe. */
interface Transfer {
  /** Ends it; its result fails with the reason, unless it is complete already. */
  void stop(ShoalException reason);

  /** Returns what completes when it holds no buffer, permit or local file any more. */
  CompletableFuture<Void> ended();
}
