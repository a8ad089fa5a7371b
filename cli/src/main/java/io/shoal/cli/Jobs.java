package io.shoal.cli;

import io.shoal.common.error.ShoalException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Keeps up to so many operations of a recursive command in flight. The main thread starts them and
 * waits for room; failures are reported as they come, and the others go on.
 */
public final class Jobs {
  /** How many operations are in flight unless the user says otherwise. */
  public static final int DEFAULT_LIMIT = 16;

  private final CommandContext context;
  private final int limit;
  private final Semaphore room;

  /**
   * Makes one.
   *
   * @param limit most operations in flight, at least 1
   */
  public Jobs(CommandContext context, int limit) {
    if (limit < 1 || limit > 1_024) {
      throw CommandException.usage("--jobs " + limit + " (expected: 1 to 1024)");
    }
    this.context = context;
    this.limit = limit;
    this.room = new Semaphore(limit);
  }

  /** Waits for room and starts an operation; its failure is reported and the command goes on. */
  public <T> void start(Supplier<CompletableFuture<T>> operation) throws InterruptedException {
    start(operation, (value, failure) -> {});
  }

  /** As {@link #start(Supplier)}, and tells somebody how it ended, on a thread of the client's. */
  public <T> void start(
      Supplier<CompletableFuture<T>> operation, BiConsumer<? super T, ? super Throwable> ended)
      throws InterruptedException {
    room.acquire();
    CompletableFuture<T> future;
    try {
      future = operation.get();
    } catch (RuntimeException e) {
      room.release();
      throw e;
    }
    var unused =
        future.whenComplete(
            (value, failure) -> {
              try {
                if (failure != null) {
                  context.fail(ShoalException.of(failure));
                }
                ended.accept(value, failure);
              } finally {
                room.release();
              }
            });
  }

  /** Waits until all have ended. */
  public void finish() throws InterruptedException {
    room.acquire(limit);
    room.release(limit);
  }
}
