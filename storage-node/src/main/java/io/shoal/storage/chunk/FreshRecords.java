package io.shoal.storage.chunk;

import io.shoal.common.id.ChunkId;
import io.shoal.storage.index.ChunkContent;
import io.shoal.storage.index.ChunkHead;
import io.shoal.storage.index.ChunkIndex;
import io.shoal.storage.index.IndexUpdate;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The records of a volume's chunks as readers see them: those of the index, and before them those
 * that are on their way there and were acknowledged already ({@code AckLevel.MEMORY}). A record is
 * put by its chunk alone, which takes it away when the index has it. Thread-safe.
 */
final class FreshRecords {
  /** Bytes of records that may be on their way; beyond them acknowledgements wait for the index. */
  static final long LIMIT_BYTES = 16 << 20;

  private static final int LIMIT_RECORDS = 1_024;

  private final ChunkIndex index;
  private final Map<ChunkId, IndexUpdate.Put> records = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong();

  FreshRecords(ChunkIndex index) {
    this.index = index;
  }

  /** Tells whether another record may be put. */
  boolean hasRoom() {
    return bytes.get() < LIMIT_BYTES && records.size() < LIMIT_RECORDS;
  }

  /** Puts a record, in the place of an older one of the chunk. */
  void put(IndexUpdate.Put put) {
    bytes.addAndGet(put.weightBytes());
    weigh(records.put(put.head().chunk(), put));
  }

  /** Takes the record of a chunk away, unless it is longer than what the index has. */
  void settle(ChunkId chunk, int indexedBytes) {
    records.computeIfPresent(
        chunk,
        (id, fresh) -> {
          if (fresh.head().lengthBytes() > indexedBytes) {
            return fresh;
          }
          weigh(fresh);
          return null;
        });
  }

  private void weigh(IndexUpdate.@Nullable Put gone) {
    if (gone != null) {
      bytes.addAndGet(-gone.weightBytes());
    }
  }

  /** As {@link ChunkIndex#head}. */
  @Nullable ChunkHead head(ChunkId chunk) throws IOException {
    IndexUpdate.Put fresh = records.get(chunk);
    return fresh != null ? fresh.head() : index.head(chunk);
  }

  /** As {@link ChunkIndex#content}. */
  @Nullable ChunkContent content(ChunkHead head) throws IOException {
    IndexUpdate.Put fresh = records.get(head.chunk());
    return fresh != null ? fresh.content() : index.content(head);
  }
}
