package io.shoal.metadata.cluster;

/**
 * What an operator chose for the whole cluster; kept in the replicated state, because handlers
 * depend on it. Values are checked when a command sets them.
 *
 * @param replication copies of a chunk, unless a file says otherwise
 * @param minReplicas copies that a commit needs, unless a file says otherwise
 * @param chunkSizeBytes most bytes in a chunk, unless a file says otherwise
 * @param graceMillis how long a removed file can still be read by those who opened it
 * @param sessionLifetimeMillis how long a silent session lives
 * @param grantLifetimeMillis how long a grant lives; rule G3: at most 15 minutes
 */
public record ClusterSettings(
    int replication,
    int minReplicas,
    int chunkSizeBytes,
    long graceMillis,
    long sessionLifetimeMillis,
    long grantLifetimeMillis) {}
