package io.shoal.client;

import io.shoal.common.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * Reads one file, in the generation that it had when it was opened: a file that is replaced or
 * deleted meanwhile stays readable for the cluster's grace period. All methods may be called from
 * any thread, any number at once.
 *
 * <p>Every byte was verified against its checksum before it is delivered. A read fails with {@link
 * ErrorCode#CHUNK_UNREADABLE} if no replica can deliver, and with {@link ErrorCode#GENERATION_GONE}
 * if committed bytes were altered or reclaimed.
 */
public interface AsyncFileReader {
  /** Returns the file's status as of the opening. */
  FileStatus status();

  /**
   * Reads at a position and fetches exactly what was asked. Fills the buffer from its position to
   * its limit, or up to the end of the file; the buffer is borrowed until the future completes, and
   * its position moves by what was read. When the future fails or is cancelled, the position stays
   * and the content is undefined.
   *
   * @param position first byte, at least 0
   * @return number of bytes read; -1 if the position lies at or behind the end of the file and the
   *     buffer has room
   */
  CompletableFuture<Integer> read(long position, ByteBuffer target);

  /**
   * Streams a range in order, with read-ahead over several chunks and nodes within the client's
   * read budget. Each subscriber gets a stream of its own; its buffers are read-only views that
   * stay valid as long as they are referenced.
   *
   * @param position first byte, 0 to the length
   * @param length bytes to deliver, at most to the end of the file; {@link Long#MAX_VALUE} for all
   */
  Flow.Publisher<ByteBuffer> stream(long position, long length);

  /**
   * Streams a range as {@link #stream} does, without a copy for the subscriber: each buffer is
   * borrowed until {@code onNext} returns. Whoever touches it afterwards reads other bytes, or ends
   * the process. For those that digest, parse or copy the bytes as they come.
   *
   * @param position first byte, 0 to the length
   * @param length bytes to deliver, at most to the end of the file; {@link Long#MAX_VALUE} for all
   */
  Flow.Publisher<ByteBuffer> streamBorrowed(long position, long length);

  /** Ends the reader; reads under way fail with {@link ErrorCode#CANCELLED}. */
  CompletableFuture<Void> close();
}
