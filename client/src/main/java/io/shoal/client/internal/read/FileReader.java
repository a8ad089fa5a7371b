package io.shoal.client.internal.read;

import io.shoal.client.AsyncFileReader;
import io.shoal.client.FileStatus;
import io.shoal.client.internal.resources.Callbacks;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;

/**
 * A file that was opened: its map, and the operations on it that are under way. Thread-safe; each
 * operation has a shard of its own.
 */
public final class FileReader implements AsyncFileReader {
  private final ReadContext context;
  private final FileStatus status;
  private final ExtentMap extents;
  private final Callbacks callbacks;
  private final Set<Operation> operations = ConcurrentHashMap.newKeySet();

  /** Completes when the reader was closed and nothing of it is left; on any thread. */
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  private volatile boolean closed;

  FileReader(ReadContext context, FileStatus status, ExtentPage first) {
    this.context = context;
    this.status = status;
    this.extents = new ExtentMap(context, status, first);
    this.callbacks = new Callbacks(context.resources().executors().callbacks());
  }

  @Override
  public FileStatus status() {
    return status;
  }

  @Override
  public CompletableFuture<Integer> read(long position, ByteBuffer target) {
    if (position < 0) {
      return CompletableFuture.failedFuture(
          invalid("position: " + position + " (expected: at least 0)"));
    }
    if (target.isReadOnly()) {
      return CompletableFuture.failedFuture(invalid("target: a read-only buffer"));
    }
    if (!target.hasRemaining()) {
      return CompletableFuture.completedFuture(0);
    }
    if (position >= status.length()) {
      return CompletableFuture.completedFuture(-1);
    }
    int length = (int) Math.min(target.remaining(), status.length() - position);
    PositionedRead read =
        new PositionedRead(context, status.path(), extents, position, target, length);
    register(read);
    CompletableFuture<Integer> answer = read.start();
    stopIfClosed(read);
    return answer;
  }

  @Override
  public Flow.Publisher<ByteBuffer> stream(long position, long length) {
    return subscriber -> subscribe(position, length, Piece::copied, subscriber);
  }

  @Override
  public Flow.Publisher<ByteBuffer> streamBorrowed(long position, long length) {
    return subscriber -> subscribe(position, length, Piece::borrowed, subscriber);
  }

  private void subscribe(
      long position,
      long length,
      Piece.Cutter cutter,
      Flow.Subscriber<? super ByteBuffer> subscriber) {
    boolean valid = position >= 0 && position <= status.length() && length >= 0;
    long begin = valid ? position : status.length();
    long end = begin + Math.min(valid ? length : 0, status.length() - begin);
    RangeSubscription subscription =
        new RangeSubscription(context, extents, begin, end, cutter, subscriber);
    if (!valid) {
      subscription.reject(
          invalid(
              "position: %d, length: %d (expected: 0 to %d, at least 0)"
                  .formatted(position, length, status.length())));
      return;
    }
    register(subscription);
    subscription.start();
    stopIfClosed(subscription);
  }

  /**
   * Begins to fetch a range as it comes.
   *
   * @param begin first byte, within the file
   * @param end behind the last one, within the file
   * @return its result completes when the sink has consumed all bytes
   */
  public CompletableFuture<Void> fetch(long begin, long end, RangeFetch.Sink sink) {
    RangeFetch fetch = new RangeFetch(context, extents, begin, end, sink);
    CompletableFuture<Void> result = fetch.start();
    Operation operation =
        new Operation() {
          @Override
          public void stop(ShoalException reason) {
            fetch.cancel(reason);
          }

          @Override
          public CompletableFuture<?> ended() {
            return result;
          }
        };
    register(operation);
    stopIfClosed(operation);
    return result;
  }

  private void register(Operation operation) {
    operations.add(operation);
    Listening.to(operation.ended(), (nothing, failure) -> operations.remove(operation));
  }

  private void stopIfClosed(Operation operation) {
    if (closed) {
      operation.stop(closedError());
    }
  }

  @Override
  public CompletableFuture<Void> close() {
    stop(closedError());
    return callbacks.relay(ended);
  }

  /** As {@link #close}, for callers that do not wait for it. */
  public void end() {
    stop(closedError());
  }

  /** Ends the reader; operations under way fail with the reason. */
  public void stop(ShoalException reason) {
    closed = true;
    List<CompletableFuture<?>> ends = new ArrayList<>();
    for (Operation operation : operations) {
      operation.stop(reason);
      ends.add(operation.ended());
    }
    Listening.to(
        CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)),
        (nothing, failure) -> ended.complete(null));
  }

  /** Returns what completes, on any thread, when the reader was closed and holds nothing. */
  public CompletableFuture<Void> ended() {
    return ended;
  }

  private ShoalException closedError() {
    return new ShoalException(ErrorCode.CANCELLED, status.path(), "the reader was closed");
  }

  private ShoalException invalid(String message) {
    return new ShoalException(ErrorCode.INVALID_ARGUMENT, status.path(), message);
  }

  @Override
  public String toString() {
    return "FileReader[" + status.path() + ", " + status.length() + " bytes]";
  }
}
