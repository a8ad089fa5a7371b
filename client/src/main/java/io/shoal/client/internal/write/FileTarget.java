package io.shoal.client.internal.write;

import io.shoal.client.FilePolicy;
import io.shoal.client.PutOptions;
import io.shoal.client.internal.metadata.ProtoMapping;
import io.shoal.proto.v1.FileStatus;
import org.jspecify.annotations.Nullable;

/**
 * Where bytes go.
 *
 * @param path normal
 * @param policy that of the options, with nothing left to the cluster
 * @param appended the file that they are appended to; null if they make a new one
 */
public record FileTarget(
    String path, PutOptions options, FilePolicy policy, @Nullable FileStatus appended) {
  public FileTarget {
    if (policy.replication() < 1 || policy.minReplicas() < 1 || policy.chunkSizeBytes() < 1) {
      throw new IllegalArgumentException("policy: " + policy + " (expected: all parts known)");
    }
  }

  /** A file that is to be made. */
  static FileTarget fresh(String path, PutOptions options, FilePolicy policy) {
    return new FileTarget(path, options, policy, null);
  }

  /** The end of a file that is there; its chunks are stored as those that it has. */
  static FileTarget endOf(String path, FileStatus file) {
    FilePolicy policy = ProtoMapping.policyOf(file.getPolicy());
    return new FileTarget(path, PutOptions.DEFAULT.withPolicy(policy), policy, file);
  }

  /** Returns where in the file the first byte goes. */
  long startBytes() {
    return appended == null ? 0 : appended.getLength();
  }
}
