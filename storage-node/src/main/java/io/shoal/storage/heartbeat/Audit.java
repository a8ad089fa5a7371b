package io.shoal.storage.heartbeat;

import io.shoal.common.id.ChunkId;
import io.shoal.storage.chunk.ExpiredChunk;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Chunks of which the leader is to be asked whether it still knows them, as it did once: the
 * scrubber comes by each of them in its period. So those are found that were forgotten meanwhile,
 * or that came back with a disk. Thread-safe. Holds at most {@value #LIMIT}: for the others there
 * is a next time.
 */
public final class Audit {
  private static final int LIMIT = 50_000;

  private final Map<ChunkId, ExpiredChunk> chunks = new LinkedHashMap<>();

  /** Adds a chunk. */
  public synchronized void add(ExpiredChunk chunk) {
    if (chunks.size() < LIMIT) {
      chunks.put(chunk.chunk(), chunk);
    }
  }

  /** Leaves out chunks that are asked about anyway. */
  synchronized void leaveOut(List<ExpiredChunk> asked) {
    asked.forEach(chunk -> chunks.remove(chunk.chunk()));
  }

  /**
   * Takes out chunks whose grants have run out.
   *
   * @param nowMillis of the log clock
   * @param limit most chunks of the answer; fewer only if there are no more
   */
  synchronized List<ExpiredChunk> take(long nowMillis, int limit) {
    List<ExpiredChunk> taken = new ArrayList<>();
    Iterator<ExpiredChunk> rest = chunks.values().iterator();
    while (taken.size() < limit && rest.hasNext()) {
      ExpiredChunk chunk = rest.next();
      rest.remove();
      // Of the others nothing was confirmed yet.
      if (chunk.expiresAtMillis() < nowMillis) {
        taken.add(chunk);
      }
    }
    return taken;
  }
}
