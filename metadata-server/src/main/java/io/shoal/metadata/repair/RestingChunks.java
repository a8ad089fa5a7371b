package io.shoal.metadata.repair;

import io.shoal.common.id.ChunkId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Chunks that something was tried with and failed: each further failure makes the next try wait
 * longer. Belongs to the shard of the run; when it is full it forgets all, which costs early tries.
 */
final class RestingChunks {
  private static final int LIMIT = 100_000;
  private static final Duration FIRST = Duration.ofSeconds(2);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private record Rest(long untilNanos, Duration next) {}

  private final Map<ChunkId, Rest> chunks = new HashMap<>();

  boolean rests(ChunkId chunkId, long nowNanos) {
    Rest rest = chunks.get(chunkId);
    return rest != null && nowNanos - rest.untilNanos() < 0;
  }

  void failed(ChunkId chunkId, long nowNanos) {
    if (chunks.size() >= LIMIT) {
      chunks.clear();
    }
    Rest before = chunks.get(chunkId);
    Duration wait = before == null ? FIRST : before.next();
    Duration next = wait.multipliedBy(2);
    chunks.put(
        chunkId, new Rest(nowNanos + wait.toNanos(), next.compareTo(LONGEST) > 0 ? LONGEST : next));
  }

  void succeeded(ChunkId chunkId) {
    chunks.remove(chunkId);
  }
}
