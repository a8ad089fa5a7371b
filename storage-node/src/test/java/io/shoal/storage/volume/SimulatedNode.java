package io.shoal.storage.volume;

import io.netty.buffer.ByteBuf;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.FakeClock;
import io.shoal.common.testing.RecordedFaults;
import io.shoal.storage.chunk.VolumePools;
import io.shoal.storage.index.SimulatedIndexes;
import io.shoal.storage.io.CrashPoint;
import io.shoal.storage.io.IoPool;
import io.shoal.storage.io.SimulatedDisk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/**
 * The whole engine on simulated disks and indexes, on the test's thread: nothing happens but within
 * {@link #run}, in an order that the seed decides.
 */
final class SimulatedNode {
  static final NodeIdentity OWNER = new NodeIdentity("cluster", new UUID(1, 2));

  final CrashPoint crashPoint = new CrashPoint();
  final List<SimulatedDisk> disks = new ArrayList<>();
  final SimulatedIndexes indexes = new SimulatedIndexes(crashPoint);
  final TrackedAllocator allocator = new TrackedAllocator();
  final RecordedFaults faults = new RecordedFaults();
  final ShuffledExecutor executor;
  private final StoreConfig config;

  SimulatedNode(int volumes, StoreConfig config, long seed) {
    this.config = config;
    this.executor = new ShuffledExecutor(seed);
    for (int i = 0; i < volumes; i++) {
      disks.add(new SimulatedDisk(crashPoint));
    }
  }

  /** Starts a process on the disks. */
  ChunkStore start() {
    List<Path> paths = new ArrayList<>();
    for (int i = 0; i < disks.size(); i++) {
      paths.add(path(i));
    }
    VolumeDirectories directories =
        VolumeDirectories.claim(paths, path -> disks.get(paths.indexOf(path)));
    EngineParts engine =
        new EngineParts(indexes, volume -> pools(), executor, allocator, new FakeClock());
    return run(VolumeSet.open(directories, OWNER, config, engine, () -> {}));
  }

  static Path path(int disk) {
    return Path.of("disk" + disk);
  }

  private VolumePools pools() {
    return new VolumePools(
        IoPool.over(
            executor,
            "read",
            config.chunks().maxQueuedReads(),
            config.chunks().maxQueuedReadBytes(),
            faults),
        IoPool.over(executor, "write", 1024, Long.MAX_VALUE, faults),
        IoPool.over(executor, "commit", 1, 1, faults),
        faults);
  }

  /** Lets everything happen that can, and returns a result. */
  <T> T run(CompletableFuture<T> future) {
    executor.runAll();
    if (!future.isDone()) {
      throw new AssertionError("future is not done, and nothing is left to happen: " + future);
    }
    return future.handle(SimulatedNode::<T>valueOrThrow).join().get();
  }

  private static <T> java.util.function.Supplier<T> valueOrThrow(T value, Throwable failure) {
    if (failure == null) {
      return () -> value;
    }
    return () -> {
      throw ShoalException.of(failure);
    };
  }

  /** Kills the process: what its disks did not sync may be lost. */
  void crash(RandomGenerator random) {
    executor.clear();
    allocator.releaseAll();
    crashPoint.restart();
    disks.forEach(disk -> disk.crash(random));
  }

  /** Returns the names of the files of chunks on all disks. */
  List<String> chunkFiles() {
    return disks.stream()
        .flatMap(disk -> disk.files().stream())
        .filter(name -> name.startsWith("chunks/"))
        .toList();
  }

  ByteBuf buffer(byte[] bytes) {
    return allocator.directBuffer(Math.max(1, bytes.length)).writeBytes(bytes);
  }
}
