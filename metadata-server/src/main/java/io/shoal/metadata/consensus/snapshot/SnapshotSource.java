package io.shoal.metadata.consensus.snapshot;

import java.util.concurrent.CompletableFuture;

/** Where a server that is far behind gets a snapshot from. */
@FunctionalInterface
public interface SnapshotSource {
  /**
   * Fetches the newest snapshot of another server. Does not block.
   *
   * @param server {@code host:port} of its service
   * @param target takes the snapshot in
   * @return completes when it is one of the target's; fails if none came, and can be tried again
   */
  CompletableFuture<Snapshot> fetch(String server, Snapshots target);
}
