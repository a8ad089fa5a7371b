package io.shoal.storage.volume;

import io.netty.buffer.ByteBufAllocator;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.id.VolumeId;
import io.shoal.common.time.TimeSource;
import io.shoal.storage.chunk.ChunkConfig;
import io.shoal.storage.chunk.VolumePools;
import io.shoal.storage.index.IndexOpener;
import io.shoal.storage.io.IoPool;
import java.util.concurrent.Executor;

/**
 * What all volumes of a node are built on.
 *
 * @param indexes opens their indexes
 * @param pools makes their threads
 * @param closer runs what blocks at the end, when a volume's own threads have ended
 * @param allocator of all buffers
 * @param time for people, in messages
 */
record EngineParts(
    IndexOpener indexes,
    PoolMaker pools,
    Executor closer,
    ByteBufAllocator allocator,
    TimeSource time) {
  /** Bounds work on the write pool besides that of open chunks, such as deletions. */
  private static final int MAX_WRITE_TASKS = 1024;

  /** Makes the threads of a volume. */
  interface PoolMaker {
    VolumePools make(VolumeId volume);

    /** Makes real threads. */
    static PoolMaker threads(ChunkConfig config, FaultHandler faults) {
      return volume -> {
        String name = "volume-" + volume;
        return new VolumePools(
            IoPool.ofThreads(
                name + "-read",
                config.readThreads(),
                config.maxQueuedReads(),
                config.maxQueuedReadBytes(),
                faults),
            IoPool.ofThreads(
                name + "-write", config.writeThreads(), MAX_WRITE_TASKS, Long.MAX_VALUE, faults),
            IoPool.ofThreads(name + "-commit", 1, 1, 1, faults),
            faults);
      };
    }
  }
}
