package io.shoal.storage.chunk;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.storage.index.ChunkIndex;
import io.shoal.storage.index.IndexCommitter;
import io.shoal.storage.index.IndexUpdate;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Numbers for file names, never used twice on a volume (rule D2). They are reserved durably a range
 * at a time, the next range long before the last one is used up. Thread-safe.
 */
final class FileSequences {
  private static final long RANGE = 1 << 16;

  private final IndexCommitter committer;
  private final VolumeGuard guard;

  private long next;
  private long reservedBelow;
  private boolean reserving;

  /**
   * Begins behind what earlier runs may have used; {@link #reserve} has to complete before the
   * first use.
   */
  FileSequences(ChunkIndex index, IndexCommitter committer, VolumeGuard guard) throws IOException {
    this.committer = committer;
    this.guard = guard;
    this.next = index.sequencesReservedBelow();
    this.reservedBelow = next;
  }

  /** Reserves the first range; to be called once. */
  CompletableFuture<Void> reserve() {
    long below;
    synchronized (this) {
      below = reservedBelow + RANGE;
      reserving = true;
    }
    return committer
        .commit(List.of(new IndexUpdate.ReserveSequences(below)))
        .whenComplete((done, failure) -> reserved(below, failure));
  }

  /**
   * Takes a number.
   *
   * @throws ShoalException {@code OVERLOADED} if reserving does not keep pace
   */
  long take() {
    long taken;
    boolean low;
    synchronized (this) {
      if (next >= reservedBelow) {
        throw new ShoalException(
            ErrorCode.OVERLOADED, "volume " + guard.volume(), "file numbers are being reserved");
      }
      taken = next++;
      low = reservedBelow - next < RANGE / 2 && !reserving;
    }
    if (low) {
      var unused = reserve();
    }
    return taken;
  }

  private synchronized void reserved(long below, @Nullable Throwable failure) {
    reserving = false;
    if (failure == null) {
      reservedBelow = below;
    } else {
      var unused = guard.failed("reserving file numbers", failure);
    }
  }
}
