package io.shoal.benchmarks.shoal;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/** Takes a stream as fast as it comes and counts its bytes. */
final class ByteCounter implements Flow.Subscriber<ByteBuffer> {
  private final CompletableFuture<Long> total = new CompletableFuture<>();
  // Signals of a subscription come one after another.
  private long bytes;

  /** Completes with the number of bytes at the end of the stream. */
  CompletableFuture<Long> total() {
    return total;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(ByteBuffer piece) {
    bytes += piece.remaining();
  }

  @Override
  public void onError(Throwable failure) {
    total.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    total.complete(bytes);
  }
}
