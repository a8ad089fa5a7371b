package io.shoal.metadata.cluster;

/**
 * Which cluster this is.
 *
 * @param clusterId text that no other cluster has
 * @param space number that all ids of inodes and chunks carry, 0 to 255
 * @param recoveryEpoch rule T2: raised by a restore from backup, 0 to 255; ids carry it as well
 */
public record ClusterIdentity(String clusterId, int space, int recoveryEpoch) {}
