package io.shoal.metadata.consensus.raft;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.time.TimeSource;
import io.shoal.metadata.consensus.snapshot.Snapshot;
import io.shoal.metadata.consensus.snapshot.SnapshotSource;
import io.shoal.metadata.consensus.snapshot.Snapshots;
import io.shoal.metadata.consensus.snapshot.StateDirectory;
import io.shoal.metadata.store.LogPosition;
import io.shoal.metadata.store.ReplaceableStateStore;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings a server that is far behind up to a snapshot of another one. Thread-safe. */
final class SnapshotInstallation {
  private static final Logger log = LoggerFactory.getLogger(SnapshotInstallation.class);
  private static final int LONGEST_PAUSE_SECONDS = 60;

  private final StateDirectory state;
  private final Snapshots snapshots;
  private final SnapshotSource source;
  private final TimeSource time;
  private int failures;
  private long failedNanos;

  SnapshotInstallation(
      StateDirectory state, Snapshots snapshots, SnapshotSource source, TimeSource time) {
    this.state = state;
    this.snapshots = snapshots;
    this.source = source;
    this.time = time;
  }

  /**
   * Fetches the newest snapshot of another server; what comes is whole and undamaged.
   *
   * @param server {@code host:port} of its service
   */
  synchronized CompletableFuture<Snapshot> fetch(String server) {
    if (failures > 0 && time.nanoTime() - failedNanos < pauseNanos()) {
      return CompletableFuture.failedFuture(
          new ShoalException(ErrorCode.UNAVAILABLE, server, "the last try failed just now"));
    }
    log.info("This server is far behind: it fetches a snapshot from {}", server);
    return source
        .fetch(server, snapshots)
        .thenApply(
            snapshot -> {
              // Before anything is replaced by it.
              state.check(snapshot, snapshots);
              return snapshot;
            })
        .whenComplete((snapshot, failure) -> ended(server, failure));
  }

  /** Ratis asks again at once: a full disk, say, is not filled again as often. */
  private long pauseNanos() {
    return TimeUnit.SECONDS.toNanos(Math.min(LONGEST_PAUSE_SECONDS, 1L << Math.min(failures, 6)));
  }

  private synchronized void ended(String server, @Nullable Throwable failure) {
    failures = failure == null ? 0 : failures + 1;
    failedNanos = time.nanoTime();
    if (failure != null) {
      log.warn("No snapshot came from {}: {}", server, failure.toString());
    }
  }

  /**
   * Puts the newest snapshot in the place of the state, unless that is newer.
   *
   * @throws IOException if it is damaged, or has more entries in an earlier term: then it is of
   *     another history than the state
   */
  void install(ReplaceableStateStore store) throws IOException {
    Snapshot newest = snapshots.newest().orElseThrow();
    LogPosition applied = store.applied();
    if (newest.position().index() <= applied.index()) {
      return;
    }
    if (newest.position().term() < applied.term()) {
      throw new IOException(newest + " (expected: of a history that goes on from " + applied + ")");
    }
    log.info("{} takes the place of the state, which is at {}", newest, applied);
    store.replace(() -> state.replaceBy(newest));
  }
}
