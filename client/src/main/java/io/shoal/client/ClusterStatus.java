package io.shoal.client;

/**
 * A cluster as a whole.
 *
 * @param version of the metadata server that answered
 * @param defaults policy of files that do not name one, all parts known
 * @param inodeCount files and directories
 * @param chunkCount chunks that files refer to or that wait to be deleted
 */
public record ClusterStatus(
    String clusterId, String version, FilePolicy defaults, long inodeCount, long chunkCount) {}
