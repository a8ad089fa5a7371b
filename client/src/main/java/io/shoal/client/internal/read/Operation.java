package io.shoal.client.internal.read;

import io.shoal.common.error.ShoalException;
import java.util.concurrent.CompletableFuture;

/** Something that reads a file and can be stopped. */
interface Operation {
  /** Stops it, from any thread; without effect if it has ended. */
  void stop(ShoalException reason);

  /** Returns what completes when it holds nothing any more, in whatever way it ended. */
  CompletableFuture<?> ended();
}
