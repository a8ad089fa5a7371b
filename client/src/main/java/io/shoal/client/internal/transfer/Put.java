package io.shoal.client.internal.transfer;

import io.shoal.client.FileStatus;
import io.shoal.client.internal.resources.Listening;
import io.shoal.client.internal.write.FileWriter;
import io.shoal.client.internal.write.FileWriters;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permit;
import io.shoal.common.flow.Permits;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores one whole file. Guarded by itself; futures and other objects are called without the lock.
 */
final class Put implements Transfer {
  /** The put ... */
  enum Stage {
    /** ... waits for its source, its turn and its writer. */
    PREPARING,
    /** ... has a writer, which the source feeds. */
    FEEDING,
    /** ... is over, well or not. */
    OVER
  }

  private static final Logger LOG = LoggerFactory.getLogger(Put.class);

  private final FileWriters writers;
  private final Permits admission;
  private final String target;
  private final UploadSource source;
  private final CompletableFuture<FileStatus> result = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  private Stage stage = Stage.PREPARING;
  private @Nullable ShoalException stopReason;
  private @Nullable Future<?> step;
  private @Nullable Permit admitted;
  private @Nullable FileWriter writer;

  /**
   * Makes a put.
   *
   * @param admission lets only so many large puts go on at once that each can keep a chunk of bytes
   *     under way; the others would only take turns with small pieces
   */
  Put(FileWriters writers, Permits admission, String target, UploadSource source) {
    this.writers = writers;
    this.admission = admission;
    this.target = target;
    this.source = source;
  }

  CompletableFuture<FileStatus> result() {
    return result;
  }

  void start() {
    // Not to be cancelled: what it opens has to be known when it is released.
    follow(source.prepare(), false, this::onPrepared);
  }

  @Override
  public CompletableFuture<Void> ended() {
    return ended;
  }

  @Override
  public void stop(ShoalException reason) {
    Future<?> waiting = null;
    FileWriter feeding = null;
    synchronized (this) {
      if (stage == Stage.OVER || stopReason != null) {
        return;
      }
      stopReason = reason;
      if (stage == Stage.FEEDING) {
        feeding = writer;
      } else {
        waiting = step;
      }
    }
    if (feeding != null) {
      feeding.stop(reason);
    } else if (waiting != null) {
      waiting.cancel(false);
    }
  }

  private void onPrepared(UploadSource.Prepared prepared) {
    long bytes = writers.reserveBytes(prepared.lengthBytes());
    follow(admission.acquire(bytes), true, permit -> onAdmitted(prepared, permit));
  }

  private void onAdmitted(UploadSource.Prepared prepared, Permit permit) {
    synchronized (this) {
      admitted = permit;
    }
    follow(
        writers.begin(target, prepared.options()),
        true,
        begun -> onWriter(begun, prepared.lengthBytes()));
  }

  private void onWriter(FileWriter begun, long lengthBytes) {
    synchronized (this) {
      stage = Stage.FEEDING;
      writer = begun;
    }
    Listening.to(begun.result(), (status, failure) -> finish(status, failure));
    Listening.to(begun.ended(), (nothing, failure) -> releaseSource());
    // Rule C4: what needs more than one commit is pending meanwhile, and a path that can't be
    // written to is known before the bytes are on their way.
    if (lengthBytes < 0 || lengthBytes > begun.chunkSizeBytes()) {
      // Its failure ends the writer.
      var unused = begun.create();
    }
    source.feed(begun);
  }

  /** Goes on when a step is done, unless somebody has stopped the put meanwhile. */
  private <T> void follow(
      CompletableFuture<T> stepUnderWay, boolean cancellable, Consumer<T> next) {
    synchronized (this) {
      step = cancellable ? stepUnderWay : null;
    }
    if (cancellable && stopReason() != null) {
      stepUnderWay.cancel(false);
    }
    Listening.to(
        stepUnderWay,
        (value, failure) -> {
          ShoalException reason = stopReason();
          if (reason != null) {
            drop(value, reason);
            finish(null, reason);
            releaseSource();
          } else if (failure != null) {
            finish(null, failure);
            releaseSource();
          } else {
            next.accept(value);
          }
        });
  }

  private static void drop(@Nullable Object value, ShoalException reason) {
    if (value instanceof Permit permit) {
      permit.release();
    } else if (value instanceof FileWriter begun) {
      begun.stop(reason);
    }
  }

  private synchronized @Nullable ShoalException stopReason() {
    return stopReason;
  }

  private void finish(@Nullable FileStatus status, @Nullable Throwable failure) {
    Permit held;
    synchronized (this) {
      stage = Stage.OVER;
      held = admitted;
    }
    if (held != null) {
      held.release();
    }
    if (status != null) {
      result.complete(status);
    } else if (failure != null) {
      result.completeExceptionally(ShoalException.of(failure));
    }
  }

  private void releaseSource() {
    Listening.to(
        source.release(),
        (nothing, failure) -> {
          if (failure != null) {
            LOG.warn("{}: the source was not released cleanly", target, failure);
          }
          ended.complete(null);
        });
  }
}
