package io.shoal.client.internal.transfer;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Work on local files, on the threads that may wait for a disk. Thread-safe. */
record LocalFiles(Executor threads) {
  /** Something that reads or writes local files. */
  @FunctionalInterface
  interface Work<T> {
    /** Does it; what it throws becomes the failure of the future. */
    T run() throws IOException;
  }

  /**
   * Does some work.
   *
   * @param path what it is about, for the message if it fails
   * @return completes on a file thread; fails with {@link ErrorCode#INVALID_ARGUMENT} if the local
   *     system refuses
   */
  <T> CompletableFuture<T> call(Path path, Work<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    run(
        () -> {
          try {
            result.complete(work.run());
          } catch (IOException e) {
            result.completeExceptionally(refused(path, e));
          } catch (RuntimeException e) {
            result.completeExceptionally(ShoalException.of(e));
          }
        });
    return result;
  }

  /** Runs a task; on the calling thread if the client has ended, for nothing may be left open. */
  void run(Runnable task) {
    try {
      threads.execute(task);
    } catch (RejectedExecutionException ended) {
      task.run();
    }
  }

  /** Says what the local system refused. */
  static ShoalException refused(Path path, IOException e) {
    if (e instanceof FileAlreadyExistsException) {
      return new ShoalException(
          ErrorCode.ALREADY_EXISTS,
          path.toString(),
          "exists already (overwriting was not asked for)");
    }
    String why;
    if (e instanceof NoSuchFileException) {
      why = "no such local file or directory";
    } else if (e instanceof AccessDeniedException) {
      why = "the local system denies access";
    } else {
      why = String.valueOf(e.getMessage());
    }
    return new ShoalException(ErrorCode.INVALID_ARGUMENT, path.toString(), why, e);
  }
}
