package io.shoal.client.internal.write;

import io.shoal.client.ClusterStatus;
import io.shoal.client.FilePolicy;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Cancellation;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Fills in what a policy leaves to the cluster. Asks once, when it is needed for the first time.
 * Thread-safe.
 */
public final class ClusterDefaults {
  private final Supplier<CompletableFuture<ClusterStatus>> cluster;
  private volatile @Nullable FilePolicy known;

  /**
   * Makes one that knows nothing yet.
   *
   * @param cluster asks the cluster for its status
   */
  public ClusterDefaults(Supplier<CompletableFuture<ClusterStatus>> cluster) {
    this.cluster = cluster;
  }

  /** Returns the same policy with all parts known. */
  public CompletableFuture<FilePolicy> complete(FilePolicy policy) {
    FilePolicy defaults = known;
    if (defaults != null) {
      return CompletableFuture.completedFuture(complete(policy, defaults));
    }
    CompletableFuture<ClusterStatus> asked = cluster.get();
    return Cancellation.forward(
        asked.thenApply(
            status -> {
              known = status.defaults();
              return complete(policy, status.defaults());
            }),
        asked);
  }

  private static FilePolicy complete(FilePolicy policy, FilePolicy defaults) {
    int replication = policy.replication() == 0 ? defaults.replication() : policy.replication();
    int minReplicas =
        policy.minReplicas() == 0
            ? Math.min(defaults.minReplicas(), replication)
            : policy.minReplicas();
    int chunkSizeBytes =
        policy.chunkSizeBytes() == 0 ? defaults.chunkSizeBytes() : policy.chunkSizeBytes();
    if (minReplicas > replication) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          "min-replicas",
          "min-replicas: " + minReplicas + " (expected: at most replication, " + replication + ")");
    }
    return new FilePolicy(replication, minReplicas, chunkSizeBytes, policy.ackLevel());
  }
}
