package io.shoal.metadata.namespace;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.policy.AckLevel;
import io.shoal.metadata.cluster.ClusterSettings;

/**
 * How the chunks of a file are stored; fixed when the file is created. In a request 0 stands for
 * the cluster's default; an inode has a {@link #resolve resolved} policy.
 *
 * @param replication copies that a chunk should have
 * @param minReplicas copies that a commit needs
 * @param chunkSizeBytes most bytes in a chunk
 * @param ackLevel what acknowledgements of commits are worth
 */
public record FilePolicy(int replication, int minReplicas, int chunkSizeBytes, AckLevel ackLevel) {
  /** Most copies that may be asked for. */
  public static final int REPLICATION_LIMIT = 16;

  private static final int CHUNK_SIZE_MIN_BYTES = 64 * 1024;
  private static final int CHUNK_SIZE_MAX_BYTES = 1 << 30;
  private static final int BLOCK_BYTES = 16 * 1024;

  /** The cluster's default in everything. */
  public static final FilePolicy DEFAULT = new FilePolicy(0, 0, 0);

  /** A policy whose acknowledgements say that bytes are on stable storage. */
  public FilePolicy(int replication, int minReplicas, int chunkSizeBytes) {
    this(replication, minReplicas, chunkSizeBytes, AckLevel.FSYNC);
  }

  /**
   * Returns the policy with defaults in the place of zeros.
   *
   * @throws ShoalException INVALID_ARGUMENT if a number is out of range
   */
  public FilePolicy resolve(ClusterSettings settings) {
    int copies = replication == 0 ? settings.replication() : replication;
    check("replication", copies, 1, REPLICATION_LIMIT);
    int needed = minReplicas == 0 ? Math.min(settings.minReplicas(), copies) : minReplicas;
    check("min-replicas", needed, 1, copies);
    int size = chunkSizeBytes == 0 ? settings.chunkSizeBytes() : chunkSizeBytes;
    check("chunk-size", size, CHUNK_SIZE_MIN_BYTES, CHUNK_SIZE_MAX_BYTES);
    if (size % BLOCK_BYTES != 0) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          "chunk-size",
          "chunk-size: " + size + " bytes (expected: a multiple of " + BLOCK_BYTES + ")");
    }
    return new FilePolicy(copies, needed, size, ackLevel);
  }

  private static void check(String name, int actual, int min, int max) {
    if (actual < min || actual > max) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          name,
          name + ": " + actual + " (expected: " + min + " to " + max + ")");
    }
  }
}
