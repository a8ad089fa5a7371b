package io.shoal.storage.chunk;

import io.shoal.storage.io.DiskFile;
import io.shoal.storage.io.IoPool;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A range of a chunk, frame by frame on the read pool. The file stays open until the last read has
 * ended, whenever it is closed.
 */
final class RangeReader implements ChunkReader {
  private final BlockReader blocks;
  private final @Nullable DiskFile file;
  private final IoPool pool;
  private final int frameBytes;
  private final int end;
  private final Consumer<@Nullable IOException> onClosed;

  /** Where the next frame begins. Guarded by this object, as everything below. */
  private int position;

  private @Nullable ReadFrame first;
  private boolean reading;
  private boolean closed;

  /**
   * Makes a reader.
   *
   * @param file takes
   * @param first takes: the first frame
   * @param onClosed told when the file is closed, and of what failed then
   */
  RangeReader(
      BlockReader blocks,
      @Nullable DiskFile file,
      IoPool pool,
      int frameBytes,
      int end,
      ReadFrame first,
      Consumer<@Nullable IOException> onClosed) {
    this.blocks = blocks;
    this.file = file;
    this.pool = pool;
    this.frameBytes = frameBytes;
    this.end = end;
    this.position = first.offset();
    this.first = first;
    this.onClosed = onClosed;
  }

  /** Returns where the frame ends that begins at an offset. */
  static int frameEnd(int offset, int end, int frameBytes) {
    long aligned = ((long) offset / frameBytes + 1) * frameBytes;
    return (int) Math.min(aligned, end);
  }

  @Override
  public synchronized boolean hasNext() {
    return !closed && position < end;
  }

  @Override
  public CompletableFuture<ReadFrame> next() {
    int from;
    int to;
    synchronized (this) {
      checkNext();
      from = position;
      to = frameEnd(from, end, frameBytes);
      ReadFrame ready = first;
      if (ready != null) {
        first = null;
        position = to;
        return CompletableFuture.completedFuture(ready);
      }
      reading = true;
    }
    CompletableFuture<ReadFrame> answer = new CompletableFuture<>();
    var unused =
        pool.submit(to - from, () -> blocks.read(from, to - from))
            .whenComplete((frame, failure) -> arrived(answer, frame, failure, to));
    return answer;
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      if (first != null) {
        first.payload().release();
        first = null;
      }
      if (reading) {
        return;
      }
    }
    closeFile();
  }

  private void checkNext() {
    if (closed || reading || position >= end) {
      throw new IllegalStateException(
          "next: closed="
              + closed
              + ", reading="
              + reading
              + ", position="
              + position
              + " of "
              + end
              + " (expected: open, idle, not at the end)");
    }
  }

  private void arrived(
      CompletableFuture<ReadFrame> answer,
      @Nullable ReadFrame frame,
      @Nullable Throwable failure,
      int to) {
    boolean closeNow;
    synchronized (this) {
      reading = false;
      closeNow = closed;
      if (frame != null) {
        position = to;
      }
    }
    if (closeNow) {
      closeFile();
    }
    if (frame == null) {
      answer.completeExceptionally(failure);
    } else if (!answer.complete(frame)) {
      frame.payload().release();
    }
  }

  /** Closes the file on the pool: freeing the blocks of a deleted file can take its time. */
  private void closeFile() {
    try {
      pool.execute(this::closeFileNow);
    } catch (RejectedExecutionException ended) {
      closeFileNow();
    }
  }

  private void closeFileNow() {
    IOException failed = null;
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException failure) {
      failed = failure;
    }
    onClosed.accept(failed);
  }
}
