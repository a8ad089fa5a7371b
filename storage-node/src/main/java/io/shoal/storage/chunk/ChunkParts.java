package io.shoal.storage.chunk;

import io.netty.buffer.ByteBufAllocator;
import io.shoal.common.error.ShoalException;
import io.shoal.storage.index.ChunkIndex;
import io.shoal.storage.index.IndexCommitter;
import io.shoal.storage.index.IndexUpdate;
import io.shoal.storage.io.Disk;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What the chunks of a volume are built on.
 *
 * @param disk the data directory
 * @param index the index, for reading
 * @param committer the only way to change the index
 * @param pools the volume's threads
 * @param guard the volume's health and room
 * @param allocator of all buffers
 * @param config pools and limits
 */
public record ChunkParts(
    Disk disk,
    ChunkIndex index,
    IndexCommitter committer,
    VolumePools pools,
    VolumeGuard guard,
    ByteBufAllocator allocator,
    ChunkConfig config) {
  /** Something about the index, which may fail as a disk does. */
  interface Question<T> {
    T ask() throws IOException;
  }

  /** Asks the index something, on a thread that reads. */
  <T> CompletableFuture<T> ask(Question<T> question) {
    return pools
        .read()
        .submit(
            0,
            () -> {
              try {
                return question.ask();
              } catch (IOException failure) {
                throw ChunkReads.indexFailed(guard.volume(), failure);
              }
            });
  }

  /**
   * Changes the index durably.
   *
   * @param what is being done, for people
   * @return fails with {@code VOLUME_FENCED} if the volume takes no writes, unless nothing is to be
   *     changed
   */
  CompletableFuture<Void> commit(List<IndexUpdate> updates, String what) {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    if (updates.isEmpty()) {
      answer.complete(null);
      return answer;
    }
    try {
      guard.checkWritable();
    } catch (ShoalException refused) {
      answer.completeExceptionally(refused);
      return answer;
    }
    var unused =
        committer
            .commit(updates)
            .whenComplete(
                (done, failure) -> {
                  if (failure == null) {
                    answer.complete(null);
                  } else {
                    answer.completeExceptionally(guard.failed(what, failure));
                  }
                });
    return answer;
  }
}
