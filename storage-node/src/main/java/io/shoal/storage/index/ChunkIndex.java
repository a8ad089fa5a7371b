package io.shoal.storage.index;

import io.shoal.common.id.ChunkId;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records of one volume's chunks. Everything blocks. Reads may come from any number of threads,
 * {@link #commit} from one at a time, {@link #close} after all of them.
 *
 * <p>An {@link IOException} of a read says that the record can't be had; one of a commit that it
 * may have happened or not, and that nothing may be committed any more (rule D3).
 */
public interface ChunkIndex extends AutoCloseable {
  /** Returns what is known of a chunk; null if there is no record of it. */
  @Nullable ChunkHead head(ChunkId chunk) throws IOException;

  /**
   * Returns the checksums and inline bytes of a chunk, at least as new as a head that was read
   * before: its length is the one that counts.
   *
   * @return null if the chunk has been deleted since the head was read
   */
  @Nullable ChunkContent content(ChunkHead head) throws IOException;

  /**
   * Returns heads in the order of their ids.
   *
   * @param after only chunks with a higher id; null for the first ones
   * @param limit most heads of the answer; fewer only at the end
   */
  List<ChunkHead> heads(@Nullable ChunkId after, int limit) throws IOException;

  /**
   * Returns unconfirmed chunks in order.
   *
   * @param beforeMillis only those with an earlier expiry
   * @param after only those that come after it; null for the first ones
   * @param limit most chunks of the answer; fewer only at the end
   */
  List<Unconfirmed> unconfirmed(long beforeMillis, @Nullable Unconfirmed after, int limit)
      throws IOException;

  /** Returns the first file sequence that is certainly not in use; 1 for a new index. */
  long sequencesReservedBelow() throws IOException;

  /** Returns what is known of a chunk in the trash; null if it is not there. */
  @Nullable Trashed trashed(ChunkId chunk) throws IOException;

  /**
   * Returns chunks in the trash, the oldest first.
   *
   * @param beforeMillis only those that were put there earlier
   * @param after only those that come after it; null for the first ones
   * @param limit most chunks of the answer; fewer only at the end
   */
  List<Trashed> trash(long beforeMillis, @Nullable Trashed after, int limit) throws IOException;

  /** Returns how far the scrubber has come. */
  ScrubNote scrubNote() throws IOException;

  /** Returns how the brake on deletions was noted. */
  BrakeNote brakeNote() throws IOException;

  /** Applies changes, in order and all or none of them, and makes them durable. */
  void commit(List<IndexUpdate> updates) throws IOException;

  @Override
  void close() throws IOException;
}
