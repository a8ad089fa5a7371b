package io.shoal.storage.trash;

import io.shoal.storage.chunk.ExpiredChunk;
import io.shoal.storage.chunk.TrashedChunk;
import io.shoal.storage.index.BrakeNote;
import io.shoal.storage.volume.ChunkStore;
import io.shoal.storage.volume.VolumeReport;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what is to be done with chunks that the leader does not know (rule G5). The bond goes
 * through all of them in rounds, a page at a time, and calls this for each page that the leader has
 * judged.
 *
 * <p>Rounds belong to the shard of the bond; {@link #status} and {@link #brake} are thread-safe.
 */
public final class UnknownChunks {
  private static final Logger LOG = LoggerFactory.getLogger(UnknownChunks.class);

  /**
   * How it is.
   *
   * @param brake of deletions
   * @param unknownChunks chunks that the leader does not know: those in the trash, and those that
   *     the brake keeps from it
   */
  public record Status(BrakeNote brake, long unknownChunks) {}

  private final TrashConfig config;
  private final DeletionBrake brake;

  /** Of the present round: unknown chunks that were left where they are. */
  private long leftNow;

  /** Of the present round: chunks that were erased without having been in the trash. */
  private long erasedNow;

  /** Chunks that the leader knew once and knew no more. */
  private long forgotten;

  /** Of the last round, or of the present one if there are more. */
  private volatile long left;

  /** Makes it. */
  public UnknownChunks(TrashConfig config) {
    this.config = config;
    this.brake = new DeletionBrake(config);
  }

  /** Returns what stops deletions. */
  public DeletionBrake brake() {
    return brake;
  }

  /** Tells how it is. */
  public Status status(ChunkStore store) {
    return new Status(brake.note(), sum(store, VolumeReport::trashChunks) + left);
  }

  /**
   * Takes note of chunks that the leader knew once and knows no more. The scrubber comes by them at
   * its pace, slower than the trash is emptied, so all that were found since the node was started
   * count together; an operator who lets the brake off has seen those up to then.
   *
   * @param nowMillis the log clock as applied
   */
  public void forgotten(ChunkStore store, int chunks, long nowMillis) {
    if (chunks == 0) {
      return;
    }
    LOG.info("{} chunks that the leader knew once are unknown to it now", chunks);
    forgotten += chunks;
    long all = sum(store, VolumeReport::chunkCount) + sum(store, VolumeReport::trashChunks);
    if (!brake.admits(store.trash(), forgotten, all, nowMillis)) {
      forgotten = 0;
    }
  }

  /** Begins a round. */
  public void beginRound() {
    leftNow = 0;
    erasedNow = 0;
  }

  /** Ends a round that went through all unknown chunks. */
  public void endRound(ChunkStore store) {
    left = leftNow;
    brake.confirmAtMost(store.trash(), sum(store, VolumeReport::trashChunks) + left);
  }

  /**
   * Does away with unknown chunks that are not in the trash yet.
   *
   * @param nowMillis the log clock as applied (rule T1)
   */
  public CompletableFuture<Void> dispose(
      ChunkStore store, List<ExpiredChunk> unknown, long nowMillis) {
    if (unknown.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    long trashed = sum(store, VolumeReport::trashChunks);
    long all = sum(store, VolumeReport::chunkCount) + trashed + erasedNow;
    long count = trashed + erasedNow + leftNow + unknown.size();
    if (!brake.admits(store.trash(), count, all, nowMillis)) {
      leftNow += unknown.size();
      left = Math.max(left, leftNow);
      return CompletableFuture.completedFuture(null);
    }
    if (config.period().isZero()) {
      LOG.info("Erasing {} chunks that nobody committed", unknown.size());
      erasedNow += unknown.size();
      brake.erasing(store.trash(), unknown.size());
      return store.deleteExpired(unknown);
    }
    LOG.info("{} chunks that nobody committed go to the trash", unknown.size());
    return store.trash().put(unknown, nowMillis);
  }

  /** Returns the time before which a chunk must have been put into the trash to be erased now. */
  public long erasableBefore(long nowMillis) {
    return nowMillis - config.period().toMillis() + 1;
  }

  /** Erases chunks that were in the trash for long enough, and are still unknown. */
  public CompletableFuture<Void> erase(ChunkStore store, List<TrashedChunk> unknown) {
    if (unknown.isEmpty() || brake.isOn()) {
      return CompletableFuture.completedFuture(null);
    }
    LOG.info("Erasing {} chunks that were in the trash", unknown.size());
    brake.erasing(store.trash(), unknown.size());
    return store.trash().erase(unknown);
  }

  private static long sum(ChunkStore store, ToLongFunction<VolumeReport> what) {
    return store.reports().stream().mapToLong(what).sum();
  }
}
