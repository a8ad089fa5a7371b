package io.shoal.client.internal.write;

import io.shoal.client.FilePolicy;
import io.shoal.client.PutOptions;

/**
 * Where a file goes.
 *
 * @param path normal
 * @param policy that of the options, with nothing left to the cluster
 */
public record FileTarget(String path, PutOptions options, FilePolicy policy) {
  public FileTarget {
    if (policy.replication() < 1 || policy.minReplicas() < 1 || policy.chunkSizeBytes() < 1) {
      throw new IllegalArgumentException("policy: " + policy + " (expected: all parts known)");
    }
  }
}
