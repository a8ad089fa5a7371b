package io.shoal.storage.chunk;

import io.netty.buffer.ByteBuf;
import io.shoal.common.id.VolumeId;
import java.util.concurrent.CompletableFuture;

/**
 * One stream's hold on one open chunk. Made by {@code ChunkStore.openWriter}; closed by its holder
 * in any case.
 *
 * <p><b>Order.</b> Calls come from one thread at a time (an event loop, say) and take effect in
 * that order; none waits for the one before it. Futures of appends complete in order, futures of
 * flushes too.
 *
 * <p><b>Threads.</b> No method blocks or touches a disk. Futures complete on a thread of the
 * volume: dependents that do more than hand over to an executor of their own slow the disk down for
 * everybody.
 *
 * <p><b>Back-pressure.</b> An append counts against the volume's pending bytes until its future
 * completes, so a caller lets only so many be outstanding as its window has; what exceeds the
 * volume's bound is refused with {@code OVERLOADED}.
 *
 * <p><b>Failure.</b> After the first failed call the stream is broken: every later call fails with
 * the same error. What was durable stays durable, and the chunk stays open unless the error says
 * otherwise: the same writer may open it again and go on where it is told. The errors:
 *
 * <ul>
 *   <li>{@code INVALID_ARGUMENT}: the offset is not the chunk's length
 *   <li>{@code CHECKSUM_MISMATCH}: the payload does not have the checksum that came with it;
 *       nothing of it was taken
 *   <li>{@code LIMIT_EXCEEDED}: the chunk would become longer than the grant allows
 *   <li>{@code FENCED}: a newer stream of the same writer has taken over, or the chunk is closed or
 *       deleted
 *   <li>{@code GRANT_EXPIRED}: the log clock has passed the grant; the chunk is closed at its
 *       durable length
 *   <li>{@code OUT_OF_SPACE}: the volume's reserve would be touched; the chunk is closed at its
 *       durable length
 *   <li>{@code VOLUME_FENCED}: a write or sync failed; the volume takes no more writes (rule D3)
 *   <li>{@code OVERLOADED}: too many bytes are pending on the volume
 *   <li>{@code UNAVAILABLE}: the node shuts down
 * </ul>
 */
public interface ChunkWriter extends AutoCloseable {
  /** Returns the volume that the chunk lies on. */
  VolumeId volume();

  /** Returns the length that the chunk had when this stream began: where its first frame goes. */
  int startBytes();

  /** Returns what was durable when this stream began. */
  DurableLength startDurable();

  /**
   * Appends a frame. An empty one is allowed and only checks the offset.
   *
   * @param offset where the frame begins in the chunk; must be the chunk's length
   * @param crc32c CRC32C of the payload
   * @param payload the bytes; takes: the writer releases it, also on failure
   * @return completes with the chunk's new length once the frame is verified and taken over, in
   *     memory or on disk, durable or not
   */
  CompletableFuture<Integer> append(int offset, int crc32c, ByteBuf payload);

  /**
   * Makes everything durable that was appended by earlier calls. Later appends need not wait for
   * it.
   *
   * @return what is durable then: at least everything that was appended before this call
   */
  CompletableFuture<DurableLength> flush();

  /**
   * As {@link #flush}, and closes the chunk for ever: no writer, this one included, can append to
   * it again.
   */
  CompletableFuture<DurableLength> finish();

  /**
   * Ends this stream; calls that were made before still take effect. Without a {@link #finish}
   * before, the chunk stays open until its grant expires. May be called again.
   */
  @Override
  void close();
}
