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
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * The whole engine on simulated disks and indexes, on the test's thread: nothing happens but within
 * {@link #run}, in an order that the seed decides.
 */
public final class SimulatedNode {
  static final NodeIdentity OWNER = new NodeIdentity("cluster", new UUID(1, 2));

  final CrashPoint crashPoint = new CrashPoint();
  final List<SimulatedDisk> disks = new ArrayList<>();
  final SimulatedIndexes indexes = new SimulatedIndexes(crashPoint);
  final TrackedAllocator allocator = new TrackedAllocator();
  final RecordedFaults faults = new RecordedFaults();
  final ShuffledExecutor executor;
  private final StoreConfig config;

  /**
   * Makes a node with blank disks.
   *
   * @param seed decides what happens in which order
   */
  public SimulatedNode(int volumes, StoreConfig config, long seed) {
    this.config = config;
    this.executor = new ShuffledExecutor(seed);
    for (int i = 0; i < volumes; i++) {
      disks.add(new SimulatedDisk(crashPoint));
    }
  }

  /** Returns what runs everything; tests may put their own tasks among it. */
  public Executor executor() {
    return executor;
  }

  /** Returns where the process may die. */
  public CrashPoint crashPoint() {
    return crashPoint;
  }

  /** Returns what went wrong without anybody being told. */
  public RecordedFaults faults() {
    return faults;
  }

  /** Starts a process on the disks. */
  public VolumeSet start() {
    return start(IntStream.range(0, disks.size()).toArray());
  }

  /** Starts a process on some of the disks. */
  VolumeSet start(int... used) {
    return start(OWNER, used);
  }

  VolumeSet start(NodeIdentity owner, int... used) {
    VolumeDirectories directories = VolumeDirectories.claim(paths(used), this::disk);
    EngineParts engine =
        new EngineParts(indexes, volume -> pools(), executor, allocator, new FakeClock());
    return run(VolumeSet.open(directories, owner, config, engine, () -> {}));
  }

  /** Has a process use other disks, when that is run. */
  CompletableFuture<VolumeChange> change(VolumeSet store, int... wanted) {
    return store.change(paths(wanted), this::disk);
  }

  private static List<Path> paths(int... used) {
    return IntStream.of(used).mapToObj(SimulatedNode::path).toList();
  }

  static Path path(int disk) {
    return Path.of("disk" + disk);
  }

  private SimulatedDisk disk(Path path) {
    return disks.get(Integer.parseInt(path.toString().substring("disk".length())));
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
  public <T> T run(CompletableFuture<T> future) {
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

  /** Lets everything happen that can. */
  public void runAll() {
    executor.runAll();
  }

  /** Kills the process: what its disks did not sync may be lost. */
  public void crash(RandomGenerator random) {
    executor.clear();
    allocator.releaseAll();
    crashPoint.restart();
    disks.forEach(disk -> disk.crash(random));
  }

  /** Returns the names of the files of chunks on all disks. */
  public List<String> chunkFiles() {
    return disks.stream()
        .flatMap(disk -> disk.files().stream())
        .filter(name -> name.startsWith("chunks/"))
        .toList();
  }

  /** Returns a buffer that is watched. */
  public ByteBuf buffer(byte[] bytes) {
    return allocator.directBuffer(Math.max(1, bytes.length)).writeBytes(bytes);
  }
}
