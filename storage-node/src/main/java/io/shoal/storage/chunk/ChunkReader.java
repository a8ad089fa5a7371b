package io.shoal.storage.chunk;

import java.util.concurrent.CompletableFuture;

/**
 * A range of one chunk, read frame by frame at its caller's pace: nothing is read ahead but the
 * first frame. Made by {@code ChunkStore.openReader}; closed by its holder in any case. Calls come
 * from one thread at a time; none blocks.
 */
public interface ChunkReader extends AutoCloseable {
  /** Tells whether {@link #next} has something left to deliver. */
  boolean hasNext();

  /**
   * Reads the next frame. To be called only when {@link #hasNext}, and only after the frame before
   * it has arrived. Frames come without gaps and together have exactly the range that was asked
   * for; all but the last end at a multiple of the frame size, so that whole blocks are read.
   *
   * @return returns owned: the payload is the caller's. Completes on a thread of the volume. Fails
   *     with {@code CHECKSUM_MISMATCH} if a stored block does not verify or can't be read; with
   *     {@code OVERLOADED} if the volume's read queue is full; nothing was consumed then, and it
   *     may be called again
   */
  CompletableFuture<ReadFrame> next();

  /**
   * Ends the reading; without effect on frames that were delivered. May be called again, also while
   * a frame is outstanding.
   */
  @Override
  void close();
}
