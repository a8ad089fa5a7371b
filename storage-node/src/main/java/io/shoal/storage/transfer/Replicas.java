package io.shoal.storage.transfer;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.VolumeId;
import io.shoal.common.shard.Shard;
import io.shoal.common.transport.ChunkTransport;
import io.shoal.storage.chunk.WriterRequest;
import io.shoal.storage.volume.ChunkStore;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * Checks and makes replicas of this node. Thread-safe; nothing blocks. At most {@value #COPY_LIMIT}
 * copies are under way, each with a few frames in memory.
 */
public final class Replicas {
  /** Most copies at a time; the leader asks for far fewer. */
  private static final int COPY_LIMIT = 256;

  private static final int SHARD_TASKS = 1_024;

  private final ChunkTransport transport;
  private final Executor executor;
  private final RandomGenerator random;
  private final FaultHandler faults;
  private final Set<ChunkId> copying = ConcurrentHashMap.newKeySet();

  /**
   * Makes it.
   *
   * @param transport by which other nodes are read; borrowed
   * @param executor runs steps that do not block
   * @param random draws nonces; thread-safe
   */
  public Replicas(
      ChunkTransport transport, Executor executor, RandomGenerator random, FaultHandler faults) {
    this.transport = transport;
    this.executor = executor;
    this.random = random;
    this.faults = faults;
  }

  /**
   * Finds out how replicas are.
   *
   * @param read every byte, instead of believing the records of the volumes
   * @return one finding for each chunk, in their order; never fails
   */
  public CompletableFuture<List<Finding>> check(
      ChunkStore store, List<ExpectedChunk> chunks, boolean read) {
    ReplicaCheck check = new ReplicaCheck(store, chunks, executor);
    return read ? check.byReading() : check.byRecords();
  }

  /**
   * Makes a replica.
   *
   * @param sources nodes to copy from, to be tried in this order
   * @param expiresAtMillis last moment on the log clock at which the replica may come to count
   * @return the volume that has it, durable and verified; fails with {@link ShoalException}
   */
  public CompletableFuture<VolumeId> copy(
      ChunkStore store, ExpectedChunk expected, List<CopySource> sources, long expiresAtMillis) {
    ChunkId chunk = expected.chunk();
    if (copying.size() >= COPY_LIMIT || !copying.add(chunk)) {
      return CompletableFuture.failedFuture(
          new ShoalException(
              ErrorCode.OVERLOADED,
              "chunk " + chunk,
              "it is being copied already, or too many others are (expected: < "
                  + COPY_LIMIT
                  + ")"));
    }
    WriterRequest request =
        new WriterRequest(chunk, random.nextLong(), expected.length(), expiresAtMillis);
    Shard shard = new Shard("copy-" + chunk, executor, SHARD_TASKS, faults);
    return new ReplicaCopy(store, transport, expected, sources, request, shard)
        .run()
        .whenComplete((volume, failure) -> copying.remove(chunk));
  }
}
