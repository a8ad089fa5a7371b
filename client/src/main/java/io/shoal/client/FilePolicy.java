package io.shoal.client;

import io.shoal.common.policy.AckLevel;

/**
 * How the chunks of a file are stored; fixed when the file is made.
 *
 * @param replication copies that a chunk should have, 1 to 16; 0 for the cluster's default
 * @param minReplicas copies that a commit needs, 1 to {@code replication}; 0 for the cluster's
 *     default
 * @param chunkSizeBytes most bytes in a chunk, 64 KiB to 1 GiB, a multiple of 16 KiB; 0 for the
 *     cluster's default
 * @param ackLevel what it means that bytes of the file were acknowledged
 */
public record FilePolicy(int replication, int minReplicas, int chunkSizeBytes, AckLevel ackLevel) {
  /** Everything as the cluster has it. */
  public static final FilePolicy DEFAULT = new FilePolicy(0, 0, 0);

  private static final int BLOCK = 16 << 10;

  /** A policy whose acknowledgements say that bytes are on stable storage. */
  public FilePolicy(int replication, int minReplicas, int chunkSizeBytes) {
    this(replication, minReplicas, chunkSizeBytes, AckLevel.FSYNC);
  }

  public FilePolicy {
    if (replication < 0 || replication > 16) {
      throw new IllegalArgumentException("replication: " + replication + " (expected: 0 to 16)");
    }
    if (minReplicas < 0 || (replication > 0 && minReplicas > replication)) {
      throw new IllegalArgumentException(
          "minReplicas: " + minReplicas + " (expected: 0 to replication, " + replication + ")");
    }
    if (chunkSizeBytes != 0
        && (chunkSizeBytes < 4 * BLOCK
            || chunkSizeBytes > 1 << 30
            || chunkSizeBytes % BLOCK != 0)) {
      throw new IllegalArgumentException(
          "chunkSizeBytes: "
              + chunkSizeBytes
              + " (expected: 0, or 64 KiB to 1 GiB in multiples of 16 KiB)");
    }
  }

  /** Returns the same policy with another acknowledgement level. */
  public FilePolicy withAckLevel(AckLevel value) {
    return new FilePolicy(replication, minReplicas, chunkSizeBytes, value);
  }
}
