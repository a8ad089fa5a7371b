package io.shoal.storage.heartbeat;

import io.shoal.common.id.ChunkId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Chunks of this node that somebody could not read as they were written, until the leader is told.
 * Thread-safe. Holds at most {@value #LIMIT}: what is forgotten is found by the next reader.
 */
public final class Suspicions {
  /** As {@code shoal.v1.ChunksSuspected} allows. */
  private static final int LIMIT = 1_000;

  private final Set<ChunkId> chunks = new LinkedHashSet<>();

  /** Adds a chunk. */
  public synchronized void add(ChunkId chunk) {
    if (chunks.size() < LIMIT) {
      chunks.add(chunk);
    }
  }

  /** Returns what was added since the last time. */
  synchronized List<ChunkId> take() {
    List<ChunkId> taken = new ArrayList<>(chunks);
    chunks.clear();
    return taken;
  }
}
