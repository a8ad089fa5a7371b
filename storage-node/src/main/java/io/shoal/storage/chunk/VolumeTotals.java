package io.shoal.storage.chunk;

import java.util.concurrent.atomic.AtomicLong;

/** How many chunks a volume has a record of, and their durable bytes. Thread-safe. */
public final class VolumeTotals {
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong chunks = new AtomicLong();

  /** Returns the durable bytes of all chunks. */
  public long bytes() {
    return bytes.get();
  }

  /** Returns the number of chunks. */
  public long chunks() {
    return chunks.get();
  }

  void add(long moreBytes, long moreChunks) {
    bytes.addAndGet(moreBytes);
    chunks.addAndGet(moreChunks);
  }
}
