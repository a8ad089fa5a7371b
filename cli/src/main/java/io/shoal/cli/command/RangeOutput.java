package io.shoal.cli.command;

import io.shoal.cli.CommandContext;
import io.shoal.client.AsyncFileReader;
import io.shoal.client.ReadOperations;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Prints a range of a file to standard output. The main thread writes what the client delivers; at
 * most {@value #AHEAD} buffers wait between them.
 */
final class RangeOutput {
  private static final int AHEAD = 8;

  private RangeOutput() {}

  /** Prints up to {@code length} bytes from a position, or to the end. */
  static void copy(
      CommandContext context, ReadOperations reading, String path, long position, long length)
      throws InterruptedException {
    AsyncFileReader reader = context.await(reading.open(path));
    copy(context, reader, position, length);
    context.await(reader.close());
  }

  /** Prints up to {@code length} bytes of an open file from a position, or to the end. */
  static void copy(CommandContext context, AsyncFileReader reader, long position, long length)
      throws InterruptedException {
    Pieces pieces = new Pieces();
    reader.stream(position, length).subscribe(pieces);
    try {
      for (ByteBuffer piece = pieces.next(context); piece != null; piece = pieces.next(context)) {
        context.output().bytes(piece);
      }
    } finally {
      pieces.cancel();
    }
  }

  /** What arrived and was not printed yet. */
  static final class Pieces implements Flow.Subscriber<ByteBuffer> {
    private final LinkedBlockingQueue<CompletableFuture<@Nullable ByteBuffer>> queue =
        new LinkedBlockingQueue<>();
    private volatile Flow.@Nullable Subscription subscription;

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(AHEAD);
    }

    @Override
    public void onNext(ByteBuffer piece) {
      queue.add(CompletableFuture.completedFuture(piece));
    }

    @Override
    public void onError(Throwable failure) {
      queue.add(CompletableFuture.failedFuture(failure));
    }

    @Override
    public void onComplete() {
      queue.add(CompletableFuture.completedFuture(null));
    }

    /** Returns the next piece, or null at the end. */
    @Nullable ByteBuffer next(CommandContext context) throws InterruptedException {
      ByteBuffer piece = context.await(queue.take());
      Flow.Subscription current = subscription;
      if (piece != null && current != null) {
        current.request(1);
      }
      return piece;
    }

    void cancel() {
      Flow.Subscription current = subscription;
      if (current != null) {
        current.cancel();
      }
    }
  }
}
