package io.shoal.storage.chunk;

import io.shoal.common.id.ChunkId;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which ranges were read lately: what is read once goes past the page cache, what is read again is
 * worth a place in it. Remembers so many regions of 4 MiB, those that were read last. Thread-safe.
 */
final class RecentRanges {
  private static final int REGION_SHIFT = 22;

  private record Region(ChunkId chunk, int number) {}

  private final Map<Region, Boolean> regions;

  RecentRanges(int limit) {
    this.regions =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Region, Boolean> eldest) {
            return size() > limit;
          }
        };
  }

  /** Notes a read; returns whether the place where it begins was read before. */
  synchronized boolean touch(ChunkId chunk, int offset) {
    return regions.put(new Region(chunk, offset >>> REGION_SHIFT), true) != null;
  }
}
