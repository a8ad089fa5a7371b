package io.shoal.storage.chunk;

import java.util.concurrent.atomic.AtomicLong;

/** How many chunks a volume has, and their durable bytes; those in the trash apart. Thread-safe. */
public final class VolumeTotals {
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong chunks = new AtomicLong();
  private final AtomicLong trashBytes = new AtomicLong();
  private final AtomicLong trashChunks = new AtomicLong();

  /** Returns the durable bytes of the chunks that are served. */
  public long bytes() {
    return bytes.get();
  }

  /** Returns the number of chunks that are served. */
  public long chunks() {
    return chunks.get();
  }

  /** Returns the bytes of the chunks in the trash. */
  public long trashBytes() {
    return trashBytes.get();
  }

  /** Returns the number of chunks in the trash. */
  public long trashChunks() {
    return trashChunks.get();
  }

  void addTrash(long moreBytes, long moreChunks) {
    trashBytes.addAndGet(moreBytes);
    trashChunks.addAndGet(moreChunks);
  }

  void add(long moreBytes, long moreChunks) {
    bytes.addAndGet(moreBytes);
    chunks.addAndGet(moreChunks);
  }
}
