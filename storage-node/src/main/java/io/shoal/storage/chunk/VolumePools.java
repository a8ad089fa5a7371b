package io.shoal.storage.chunk;

import io.shoal.common.error.FaultHandler;
import io.shoal.storage.io.IoPool;
import java.util.concurrent.CompletableFuture;

/**
 * The threads of one volume. Reading and writing have their own, so that a read never queues up
 * behind a sync.
 *
 * @param read reads files and the index
 * @param write writes and syncs files; runs the shards of open chunks
 * @param commit the one thread that writes to the index
 * @param faults where defects go
 */
public record VolumePools(IoPool read, IoPool write, IoPool commit, FaultHandler faults) {
  /** Lets nothing in any more; completes when the last task of all three has ended. */
  public CompletableFuture<Void> close() {
    return CompletableFuture.allOf(read.close(), write.close(), commit.close());
  }
}
