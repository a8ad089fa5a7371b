package io.shoal.storage.index;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.error.ShoalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Lets many changes share one synced write: while one batch is being made durable, the changes that
 * arrive become the next. Thread-safe; the number of waiting changes is bounded by its callers, of
 * which each has only so many outstanding.
 *
 * <p>After a failed commit nothing reaches the index any more: every later change fails with the
 * first failure (rule D3).
 */
public final class IndexCommitter {
  private static final int MAX_BATCH_UPDATES = 4096;

  private final ChunkIndex index;
  private final Executor executor;
  private final int maxBatchBytes;
  private final FaultHandler faults;

  private final Queue<Pending> queue = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  /** Why nothing is committed any more. Written within {@link #drain} only. */
  private volatile @Nullable IOException failure;

  private record Pending(List<IndexUpdate> updates, CompletableFuture<Void> done) {}

  /**
   * Makes a committer.
   *
   * @param executor runs the commits, one at a time; they block
   * @param maxBatchBytes bytes after which a batch takes no further change
   */
  public IndexCommitter(
      ChunkIndex index, Executor executor, int maxBatchBytes, FaultHandler faults) {
    this.index = index;
    this.executor = executor;
    this.maxBatchBytes = maxBatchBytes;
    this.faults = faults;
  }

  /**
   * Commits changes together, in order, after all that were handed in before.
   *
   * @return completes on the committer's thread when they are durable; fails with the {@link
   *     IOException} of the index; or with the exception of the executor if that has ended, and
   *     then nothing was committed
   */
  public CompletableFuture<Void> commit(List<IndexUpdate> updates) {
    Pending pending = new Pending(updates, new CompletableFuture<>());
    queue.add(pending);
    if (scheduled.compareAndSet(false, true)) {
      try {
        executor.execute(this::drain);
      } catch (RejectedExecutionException ended) {
        scheduled.set(false);
        queue.remove(pending);
        pending.done.completeExceptionally(
            new ShoalException(ErrorCode.UNAVAILABLE, "index", "closed", ended));
      }
    }
    return pending.done;
  }

  private void drain() {
    while (true) {
      List<Pending> batch = nextBatch();
      if (!batch.isEmpty()) {
        commitBatch(batch);
        continue;
      }
      scheduled.set(false);
      // Who handed something in while the flag was still set has left it to us.
      if (queue.isEmpty() || !scheduled.compareAndSet(false, true)) {
        return;
      }
    }
  }

  private List<Pending> nextBatch() {
    List<Pending> batch = new ArrayList<>();
    long bytes = 0;
    int count = 0;
    while (bytes < maxBatchBytes && count < MAX_BATCH_UPDATES) {
      Pending next = queue.poll();
      if (next == null) {
        break;
      }
      batch.add(next);
      count += next.updates.size();
      for (IndexUpdate update : next.updates) {
        bytes += update.weightBytes();
      }
    }
    return batch;
  }

  private void commitBatch(List<Pending> batch) {
    IOException failed = failure;
    if (failed == null) {
      failed = tryCommit(batch);
      failure = failed;
    }
    for (Pending pending : batch) {
      if (failed == null) {
        pending.done.complete(null);
      } else {
        pending.done.completeExceptionally(failed);
      }
    }
  }

  private @Nullable IOException tryCommit(List<Pending> batch) {
    List<IndexUpdate> updates = new ArrayList<>(batch.size());
    batch.forEach(pending -> updates.addAll(pending.updates));
    try {
      index.commit(updates);
      return null;
    } catch (IOException known) {
      return known;
    } catch (Throwable fault) {
      faults.onFault("index committer", fault);
      return new IOException("commit ended by a fault: " + fault, fault);
    }
  }
}
