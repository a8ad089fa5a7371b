package io.shoal.metadata.chunk;

/**
 * How many chunks do not have the replicas that they should have.
 *
 * @param missing chunks without any replica that counts
 * @param under chunks with some, but too few
 * @param surplus chunks with all, and others beside them
 * @param complete whether the numbers are exact; otherwise there are at least so many
 */
public record ChunkHealth(long missing, long under, long surplus, boolean complete) {}
