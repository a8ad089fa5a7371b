package io.shoal.client;

import java.nio.file.Path;

/**
 * A copy of all metadata of a cluster: every name, and which chunks each file has, on which nodes.
 *
 * @param directory where it lies
 * @param logIndex the last change that is in it, as the metadata servers count them
 * @param bytes size of its files
 */
public record MetadataBackup(Path directory, long logIndex, long bytes) {}
