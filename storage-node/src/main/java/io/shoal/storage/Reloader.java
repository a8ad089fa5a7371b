package io.shoal.storage;

import io.shoal.common.error.ShoalException;
import io.shoal.storage.heartbeat.NodeDuties.Reloaded;
import io.shoal.storage.volume.VolumeChange;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts what the configuration says now in force, as far as a running node can. Thread-safe. */
final class Reloader {
  private static final Logger LOG = LoggerFactory.getLogger(Reloader.class);

  private final StorageNodeConfig started;
  private final Supplier<StorageNodeConfig> reread;
  private final NodeVolumes volumes;

  /**
   * Makes it for a node.
   *
   * @param started what the node was started with
   * @param reread reads what it would be started with now; blocks
   */
  Reloader(StorageNodeConfig started, Supplier<StorageNodeConfig> reread, NodeVolumes volumes) {
    this.started = started;
    this.reread = reread;
    this.volumes = volumes;
  }

  /** Reads the configuration on a thread of its own, and changes the volumes. */
  CompletableFuture<Reloaded> reload() {
    return CompletableFuture.supplyAsync(reread, task -> new Thread(task, "reload").start())
        .thenCompose(
            fresh ->
                volumes
                    .change(fresh.dataDirectories())
                    .thenApply(change -> reloaded(change, fresh)))
        .whenComplete(
            (reloaded, failure) -> {
              if (failure != null) {
                LOG.warn("Nothing was changed: {}", ShoalException.of(failure).toString());
              }
            });
  }

  private Reloaded reloaded(VolumeChange change, StorageNodeConfig fresh) {
    boolean others = !started.withDataDirectories(fresh.dataDirectories()).equals(fresh);
    LOG.info(
        "The configuration was read again: data directories added: {}, no longer used: {}{}",
        change.added(),
        change.removed(),
        others ? "; other settings changed too, and hold from the next start" : "");
    return new Reloaded(change, others);
  }
}
