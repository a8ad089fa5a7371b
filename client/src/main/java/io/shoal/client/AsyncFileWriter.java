package io.shoal.client;

import io.shoal.common.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * Writes one file from beginning to end, or goes on at its end. Calls are made by one thread at a
 * time, none needs to wait for the one before: they take effect in the order in which they were
 * made.
 *
 * <p>Once a call has failed, all later ones fail with the same error, and only {@link #abort} is of
 * use.
 */
public interface AsyncFileWriter {
  /**
   * Appends the remaining bytes of a buffer, which is borrowed until the future completes; its
   * position does not move.
   *
   * <p>The future completes when the bytes are taken over and there is room for more: wait for it
   * and no more than the client's write budget is in memory. It does not mean that the bytes are
   * stored. Callers that do not wait may have as many calls open as the configuration allows; one
   * more fails with {@link ErrorCode#OVERLOADED} and takes no bytes.
   */
  CompletableFuture<Void> write(ByteBuffer data);

  /**
   * Makes everything that was written before durable on the required replicas, and visible to
   * readers that open the file afterwards.
   *
   * @return the length up to which that is so; at least the bytes that were written before the call
   */
  CompletableFuture<Long> flush();

  /**
   * Makes everything durable, puts the file in its place and ends the writer. When several calls
   * are made, all get the same answer.
   */
  CompletableFuture<FileStatus> close();

  /**
   * Ends the writer and throws away what was not published by a flush, of a file that is appended
   * to what was not committed yet. Completes when the cluster knows, and also when it can't be
   * told: then the session's end does it. Without effect after {@link #close}.
   */
  CompletableFuture<Void> abort();

  /**
   * Returns where in the file the next byte goes: its length when it was opened, and the bytes that
   * were given to {@link #write} since.
   */
  long position();
}
