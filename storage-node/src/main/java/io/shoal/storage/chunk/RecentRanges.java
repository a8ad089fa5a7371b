package io.shoal.storage.chunk;

import com.sun.management.OperatingSystemMXBean;
import io.shoal.common.id.ChunkId;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which ranges were read lately: what is read once goes past the page cache, what is read again is
 * worth a place in it. Remembers so many regions of 4 MiB, those that were read last: no more than
 * the page cache can hold, or what is read in turns, and is too much for it, would go through it
 * for nothing. Thread-safe.
 */
final class RecentRanges {
  private static final int REGION_SHIFT = 22;

  /** A MiB or two of heap. */
  private static final int LIMIT_MAX = 16 << 10;

  private record Region(ChunkId chunk, int number) {}

  private final Map<Region, Boolean> regions;

  /** Remembers as much as a quarter of the machine's memory, at most 64 GiB. */
  static RecentRanges ofThisMachine() {
    long memory =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    return new RecentRanges((int) Math.min(LIMIT_MAX, Math.max(1, (memory / 4) >> REGION_SHIFT)));
  }

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
