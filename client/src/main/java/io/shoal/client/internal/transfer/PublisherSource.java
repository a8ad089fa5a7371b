package io.shoal.client.internal.transfer;

import io.shoal.client.PutOptions;
import io.shoal.client.internal.resources.Callbacks;
import io.shoal.client.internal.resources.Listening;
import io.shoal.client.internal.write.FileWriter;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * What a publisher delivers. A few buffers are asked for ahead, another one whenever the writer has
 * taken one over. The publisher is called on the callback executor.
 */
final class PublisherSource implements UploadSource {
  private static final int BUFFERS_AHEAD = 4;

  private final Flow.Publisher<ByteBuffer> publisher;
  private final PutOptions options;
  private final Callbacks callbacks;

  /** Guarded by this, as is what follows. */
  private Flow.@Nullable Subscription subscription;

  private boolean released;

  PublisherSource(Flow.Publisher<ByteBuffer> publisher, PutOptions options, Callbacks callbacks) {
    this.publisher = publisher;
    this.options = options;
    this.callbacks = callbacks;
  }

  @Override
  public CompletableFuture<Prepared> prepare() {
    return CompletableFuture.completedFuture(new Prepared(options, UNKNOWN_LENGTH));
  }

  @Override
  public void feed(FileWriter writer) {
    callbacks.run(
        () -> {
          try {
            publisher.subscribe(new Subscriber(writer));
          } catch (RuntimeException thrown) {
            writer.stop(failed(thrown));
          }
        });
  }

  @Override
  public CompletableFuture<Void> release() {
    Flow.Subscription open;
    synchronized (this) {
      released = true;
      open = subscription;
    }
    if (open != null) {
      callbacks.run(open::cancel);
    }
    return CompletableFuture.completedFuture(null);
  }

  /** Keeps the first subscription; returns whether it is wanted. */
  private synchronized boolean keep(Flow.Subscription offered) {
    if (released || subscription != null) {
      return false;
    }
    subscription = offered;
    return true;
  }

  private static ShoalException failed(Throwable failure) {
    return failure instanceof ShoalException known
        ? known
        : new ShoalException(
            ErrorCode.INVALID_ARGUMENT, "", "the source of the put failed: " + failure, failure);
  }

  private final class Subscriber implements Flow.Subscriber<ByteBuffer> {
    private final FileWriter writer;

    Subscriber(FileWriter writer) {
      this.writer = writer;
    }

    @Override
    public void onSubscribe(Flow.Subscription offered) {
      if (keep(offered)) {
        offered.request(BUFFERS_AHEAD);
      } else {
        offered.cancel();
      }
    }

    @Override
    public void onNext(ByteBuffer item) {
      Listening.to(
          writer.write(item),
          (nothing, failure) -> {
            Flow.Subscription open = current();
            if (failure == null && open != null) {
              open.request(1);
            }
          });
    }

    @Override
    public void onError(Throwable failure) {
      writer.stop(failed(failure));
    }

    @Override
    public void onComplete() {
      writer.writeEnd();
    }
  }

  private synchronized Flow.@Nullable Subscription current() {
    return released ? null : subscription;
  }
}
