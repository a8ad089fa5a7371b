package io.shoal.client.internal.read;

import io.netty.buffer.ByteBuf;
import io.shoal.client.internal.resources.Callbacks;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Reads a range of a file into a buffer that a caller has lent. Once the {@link #answer} is
 * complete, for whatever reason, the buffer is not touched any more.
 */
final class PositionedRead implements RangeFetch.Sink, Operation {
  private final String path;
  private final long begin;
  private final ByteBuffer target;
  private final int length;
  private final int targetBegin;
  private final Callbacks callbacks;
  private final RangeFetch fetch;
  private final Answer answer = new Answer();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  /** Guards the buffer. */
  private final Object guard = new Object();

  private boolean givenBack;

  /**
   * Makes a read.
   *
   * @param length bytes, within the file and within what remains of the target
   */
  PositionedRead(
      ReadContext context,
      String path,
      ExtentMap extents,
      long begin,
      ByteBuffer target,
      int length) {
    this.path = path;
    this.begin = begin;
    this.target = target;
    this.length = length;
    this.targetBegin = target.position();
    this.callbacks = new Callbacks(context.resources().executors().callbacks());
    this.fetch = new RangeFetch(context, extents, begin, begin + length, this);
  }

  /** Begins; returns what the caller gets. */
  CompletableFuture<Integer> start() {
    Listening.to(
        fetch.start(),
        (nothing, failure) -> {
          ended.complete(null);
          callbacks.run(() -> finish(failure));
        });
    return answer;
  }

  private void finish(@Nullable Throwable failure) {
    if (!giveBack(failure == null)) {
      return;
    }
    if (failure == null) {
      answer.complete(length);
    } else {
      answer.completeExceptionally(failure);
    }
  }

  /** Stops touching the buffer; returns whether that is new. */
  private boolean giveBack(boolean filled) {
    synchronized (guard) {
      if (givenBack) {
        return false;
      }
      givenBack = true;
      if (filled) {
        target.position(targetBegin + length);
      }
      return true;
    }
  }

  @Override
  public void onBytes(long position, ByteBuf payload, Runnable consumed) {
    synchronized (guard) {
      if (!givenBack) {
        int at = targetBegin + (int) (position - begin);
        ByteBuffer part = target.duplicate();
        part.limit(at + payload.readableBytes()).position(at);
        payload.getBytes(payload.readerIndex(), part);
      }
    }
    payload.release();
    consumed.run();
  }

  @Override
  public void stop(ShoalException reason) {
    fetch.cancel(reason);
  }

  @Override
  public CompletableFuture<?> ended() {
    return ended;
  }

  /** What the caller has: cancelling it, or timing it out, gives the buffer back first. */
  private final class Answer extends CompletableFuture<Integer> {
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      callOff();
      return super.cancel(mayInterruptIfRunning);
    }

    @Override
    public boolean completeExceptionally(Throwable failure) {
      callOff();
      return super.completeExceptionally(failure);
    }

    private void callOff() {
      if (giveBack(false)) {
        fetch.cancel(new ShoalException(ErrorCode.CANCELLED, path, "the read was cancelled"));
      }
    }
  }
}
