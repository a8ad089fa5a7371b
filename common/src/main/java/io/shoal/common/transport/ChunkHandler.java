package io.shoal.common.transport;

import io.shoal.common.id.ChunkId;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What a storage node puts behind the chunk service. Called on event loops: nothing here may block.
 * Failures go through {@link ReplyStream#fail}; an exception that a method throws ends the stream
 * in the same way.
 */
public interface ChunkHandler {
  /**
   * A writer has opened a stream.
   *
   * @return what takes its frames; none comes before {@link WriteReplies#request} was called
   */
  WriteSink openWrite(WriteReplies replies);

  /**
   * A reader wants a range.
   *
   * @return what is told when the stream can take more
   */
  ReplySource openRead(ReadRange range, ReplyStream<ReadFrame> replies);

  /**
   * A reader on this machine asks where the bytes of a range lie.
   *
   * @return fails with {@code UNSUPPORTED} where readers are not to open files
   */
  CompletableFuture<LocalFile> findLocalFile(ReadRange range);

  /**
   * Somebody asks what the node holds of some chunks.
   *
   * @return one report for each chunk, in the same order
   */
  CompletableFuture<List<ChunkReport>> describe(List<ChunkId> chunks);

  /**
   * Somebody wants to know everything that the node holds.
   *
   * @param afterChunkId only chunks with a higher id, unsigned
   * @return what is told when the stream can take more
   */
  ReplySource openInventory(long afterChunkId, ReplyStream<List<ChunkReport>> replies);
}
