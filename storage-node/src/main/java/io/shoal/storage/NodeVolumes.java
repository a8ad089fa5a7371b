package io.shoal.storage;

import io.netty.buffer.ByteBufAllocator;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.error.ShoalException;
import io.shoal.common.time.TimeSource;
import io.shoal.storage.volume.ChunkStore;
import io.shoal.storage.volume.NodeIdentity;
import io.shoal.storage.volume.StoreConfig;
import io.shoal.storage.volume.VolumeChange;
import io.shoal.storage.volume.VolumeDirectories;
import io.shoal.storage.volume.VolumeSet;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The node's data directories, from the moment they are locked: opened at once if they belong to a
 * cluster, and else when one has taken the node in. Thread-safe.
 */
final class NodeVolumes {
  private final VolumeDirectories directories;
  private final StoreConfig config;
  private final ByteBufAllocator allocator;
  private final TimeSource time;
  private final FaultHandler faults;
  private final UUID nodeUuid;
  private final Optional<String> expectedCluster;
  private volatile String clusterId;
  private @Nullable CompletableFuture<VolumeSet> opening;

  private NodeVolumes(
      VolumeDirectories directories,
      Optional<String> expectedCluster,
      StoreConfig config,
      ByteBufAllocator allocator,
      TimeSource time,
      FaultHandler faults) {
    this.directories = directories;
    this.expectedCluster = expectedCluster;
    this.config = config;
    this.allocator = allocator;
    this.time = time;
    this.faults = faults;
    this.nodeUuid = directories.identity().map(NodeIdentity::nodeUuid).orElseGet(UUID::randomUUID);
    this.clusterId = directories.identity().map(NodeIdentity::clusterId).orElse("");
  }

  /**
   * Locks the directories. Blocks.
   *
   * @param expectedCluster the only cluster that they may belong to; empty for any
   */
  static NodeVolumes claim(
      List<Path> paths,
      Optional<String> expectedCluster,
      StoreConfig config,
      ByteBufAllocator allocator,
      TimeSource time,
      FaultHandler faults) {
    VolumeDirectories directories = VolumeDirectories.claim(paths);
    NodeVolumes volumes =
        new NodeVolumes(directories, expectedCluster, config, allocator, time, faults);
    try {
      if (!volumes.clusterId().isEmpty()) {
        volumes.requireExpected(volumes.clusterId());
      }
    } catch (ShoalException foreign) {
      directories.close();
      throw foreign;
    }
    return volumes;
  }

  private void requireExpected(String cluster) {
    if (expectedCluster.isPresent() && !expectedCluster.get().equals(cluster)) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          "",
          "cluster: " + cluster + " (expected: " + expectedCluster.get() + ", as configured)");
    }
  }

  UUID nodeUuid() {
    return nodeUuid;
  }

  /** Returns the cluster that the volumes belong to; empty while they are not formatted. */
  String clusterId() {
    return clusterId;
  }

  /**
   * Opens the volumes, as those of a cluster; later calls get what the first one began.
   *
   * @throws ShoalException {@code INVALID_ARGUMENT} if that is not the configured cluster
   */
  synchronized CompletableFuture<ChunkStore> open(String cluster) {
    if (opening == null) {
      requireExpected(cluster);
      opening =
          VolumeSet.open(
              directories, new NodeIdentity(cluster, nodeUuid), config, allocator, time, faults);
      clusterId = cluster;
    }
    return opening.thenApply(volumes -> volumes);
  }

  /** Returns the volumes if they are open. */
  synchronized @Nullable VolumeSet opened() {
    boolean open = opening != null && opening.isDone() && !opening.isCompletedExceptionally();
    return open && opening != null ? opening.join() : null;
  }

  /** Uses other data directories from now on; see {@link VolumeSet#change}. */
  CompletableFuture<VolumeChange> change(List<Path> wanted) {
    VolumeSet open = opened();
    return open != null
        ? open.change(wanted)
        : CompletableFuture.failedFuture(
            new ShoalException(ErrorCode.UNAVAILABLE, "", "the node's volumes are not open"));
  }

  /** Closes the volumes and unlocks the directories. Completes when that is done. */
  synchronized CompletableFuture<Void> close() {
    if (opening == null) {
      directories.close();
      opening =
          CompletableFuture.failedFuture(
              new ShoalException(ErrorCode.UNAVAILABLE, "", "the node is shutting down"));
      return CompletableFuture.completedFuture(null);
    }
    return opening.handle((store, failure) -> store).thenCompose(NodeVolumes::closed);
  }

  private static CompletableFuture<Void> closed(@Nullable ChunkStore store) {
    return store == null ? CompletableFuture.completedFuture(null) : store.close();
  }
}
