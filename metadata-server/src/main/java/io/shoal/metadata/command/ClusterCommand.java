package io.shoal.metadata.command;

import io.shoal.metadata.cluster.ClusterIdentity;
import io.shoal.metadata.cluster.ClusterSettings;
import io.shoal.metadata.cluster.NodeDescription;
import io.shoal.metadata.row.Bytes;

/** Commands of the leader about the cluster as a whole; without a stamp. */
public sealed interface ClusterCommand extends Command {
  /**
   * Makes the root directory and writes down identity and settings; refused with ALREADY_EXISTS
   * when that was done before. Answered by {@link Reply.Done}.
   */
  record InitCluster(ClusterIdentity identity, ClusterSettings settings)
      implements ClusterCommand {}

  /**
   * Replaces the settings; files keep the policy that they have. Answered by {@link Reply.Done}.
   */
  record ConfigureCluster(ClusterSettings settings) implements ClusterCommand {}

  /**
   * Rule T2: takes a range of chunk ids that nobody else gets. Answered by {@link
   * Reply.IdsAllocated}.
   */
  record AllocateIds(int count) implements ClusterCommand {}

  /** Records a storage node, new or known by its UUID. Answered by {@link Reply.NodeRegistered}. */
  record RegisterNode(NodeDescription description) implements ClusterCommand {}

  /**
   * Adds a key that signs grants; the two newest are valid. Answered by {@link Reply.KeyRotated}.
   *
   * @param secret 32 bytes that the leader drew
   */
  record RotateSigningKey(Bytes secret) implements ClusterCommand {}
}
