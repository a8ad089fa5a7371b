package io.shoal.storage.heartbeat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.VolumeId;
import io.shoal.common.rpc.HostPort;
import io.shoal.proto.v1.CheckChunks;
import io.shoal.proto.v1.ChunkFinding;
import io.shoal.proto.v1.CopyChunk;
import io.shoal.proto.v1.NodeReport;
import io.shoal.storage.transfer.CopySource;
import io.shoal.storage.transfer.ExpectedChunk;
import io.shoal.storage.transfer.Finding;
import io.shoal.storage.transfer.Replicas;
import io.shoal.storage.volume.ChunkStore;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Carries out what the leader orders about replicas, and answers every order. */
final class ReplicaOrders {
  private static final int CHECK_LIMIT = 1_000;

  private final ChunkStore store;
  private final Replicas replicas;

  ReplicaOrders(ChunkStore store, Replicas replicas) {
    this.store = store;
    this.replicas = replicas;
  }

  /**
   * Checks replicas; the future does not fail.
   *
   * @throws ShoalException {@code INVALID_ARGUMENT} if the order is malformed
   */
  CompletableFuture<NodeReport> check(CheckChunks order) {
    if (order.getChunksCount() > CHECK_LIMIT) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          "",
          "chunks to check: "
              + order.getChunksCount()
              + " (expected: at most "
              + CHECK_LIMIT
              + ")");
    }
    List<ExpectedChunk> chunks =
        order.getChunksList().stream()
            .map(
                chunk ->
                    new ExpectedChunk(
                        new ChunkId(chunk.getChunkId()), chunk.getLength(), chunk.getCrc32C()))
            .toList();
    // What the leader asks about is known to it: rule G5 lets it have it back.
    return store
        .trash()
        .takeBack(chunks.stream().map(ExpectedChunk::chunk).toList())
        .thenCompose(taken -> replicas.check(store, chunks, order.getRead()))
        .exceptionally(failure -> Collections.nCopies(chunks.size(), Finding.UNDECIDED))
        .thenApply(
            findings ->
                NodeReports.checked(
                    order.getOrderId(), findings.stream().map(ReplicaOrders::of).toList()));
  }

  private static ChunkFinding of(Finding finding) {
    return switch (finding) {
      case INTACT -> ChunkFinding.CHUNK_FINDING_INTACT;
      case MISSING -> ChunkFinding.CHUNK_FINDING_MISSING;
      case DAMAGED -> ChunkFinding.CHUNK_FINDING_DAMAGED;
      case UNREACHABLE -> ChunkFinding.CHUNK_FINDING_UNREACHABLE;
      case UNDECIDED -> ChunkFinding.CHUNK_FINDING_UNDECIDED;
    };
  }

  /** Makes a replica; the future does not fail. */
  CompletableFuture<NodeReport> copy(CopyChunk order) {
    ExpectedChunk expected =
        new ExpectedChunk(new ChunkId(order.getChunkId()), order.getLength(), order.getCrc32C());
    List<CopySource> sources =
        order.getSourcesList().stream()
            .map(
                source ->
                    new CopySource(
                        new NodeId(source.getNodeId()),
                        new HostPort(source.getHost(), source.getPort())))
            .toList();
    return replicas
        .copy(store, expected, sources, order.getExpiresAtMillis())
        .handle((volume, failure) -> copied(order.getOrderId(), volume, failure));
  }

  private static NodeReport copied(
      long orderId, @Nullable VolumeId volume, @Nullable Throwable failure) {
    return volume == null
        ? NodeReports.notCopied(
            orderId,
            ShoalException.of(failure == null ? new IllegalStateException("no result") : failure))
        : NodeReports.copied(orderId, volume);
  }
}
