package io.shoal.storage.chunk;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * What removes chunks of a volume, puts them into the trash or takes them back, one after the
 * other: none of it works on what another one has changed meanwhile. Thread-safe.
 */
final class ChunkQueue {
  /** The latest step; never fails. Guarded by this object. */
  private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

  /** Begins a step when all before it have come to an end, good or bad. */
  synchronized <T> CompletableFuture<T> run(Supplier<CompletableFuture<T>> step) {
    CompletableFuture<T> next = last.thenCompose(before -> step.get());
    last = next.handle((done, failure) -> null);
    return next.copy();
  }
}
