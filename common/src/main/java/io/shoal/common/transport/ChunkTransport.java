package io.shoal.common.transport;

import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.time.Deadline;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The client end of the chunk service. Thread-safe. Connections are made when they are needed,
 * shared, and closed when they have been idle; a node that can't be reached fails the stream within
 * the connect timeout, and the next stream tries afresh.
 *
 * <p>Listeners are called on event loops, on threads that read files, or within a call that asks
 * for what has come already or that cancels; one call at a time for each stream, and possibly
 * before the method that opens the stream has returned. Methods that open a stream throw {@link
 * ShoalException} if there is none to speak of: {@code UNAVAILABLE} after the close, {@code
 * OVERLOADED} if streams to as many nodes as are allowed are open. Everything else is told to the
 * listener.
 */
public interface ChunkTransport extends AutoCloseable {
  /**
   * Opens a stream that writes a chunk. The first frame carries the {@link WriteOpening}.
   *
   * <p>Progress, in the sense of the limits, is every acknowledgement. It is awaited while bytes or
   * a flush are not acknowledged, and after the half-close; a stream with nothing outstanding may
   * rest for ever.
   */
  WriteStream openWrite(HostPort node, StreamLimits limits, WriteListener listener);

  /**
   * Opens a stream that reads a range. It delivers nothing until it is asked to.
   *
   * <p>Frames come in order and without gaps, and have together exactly the length of the range
   * when the stream ends without a failure; this end checks that, and leaves the checksums to the
   * caller. Progress, in the sense of the limits, is every frame; it is awaited while frames that
   * were requested have not come.
   */
  ReadStream openRead(HostPort node, ReadRange range, StreamLimits limits, ReadListener listener);

  /**
   * Asks what a node holds of some chunks. Cancelling the future cancels the call.
   *
   * @param chunks at most {@value #DESCRIBE_LIMIT}
   * @return one report for each chunk, in the same order; fails with {@link ShoalException}
   */
  CompletableFuture<List<ChunkReport>> describe(
      HostPort node, List<ChunkId> chunks, Deadline deadline);

  /**
   * Opens a stream of everything that a node holds, sorted by chunk id, a page at a time. Progress
   * is every page.
   *
   * @param afterChunkId only chunks with a higher id, unsigned; 0 for all
   */
  ReadStream openInventory(
      HostPort node, long afterChunkId, StreamLimits limits, InventoryListener listener);

  /** Cancels all streams and closes all connections; does not wait for it. */
  @Override
  void close();

  /** Most chunks in one {@link #describe}. */
  int DESCRIBE_LIMIT = 10_000;
}
