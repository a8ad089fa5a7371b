package io.shoal.client;

/**
 * How many chunks of a cluster do not have the copies that they should have, and whether anything
 * is done about it.
 *
 * @param missing chunks without any copy that is known to be whole
 * @param underReplicated chunks with some, but too few
 * @param surplus chunks with all, and copies beside them that are to be removed or may come back
 * @param complete whether the numbers are exact; otherwise there are at least so many
 * @param safeMode whether nothing is copied or removed at present, because too few nodes are heard
 * @param nodesHeard nodes that are heard, of those that should be there
 * @param nodesExpected nodes that should be there
 */
public record ClusterHealth(
    long missing,
    long underReplicated,
    long surplus,
    boolean complete,
    boolean safeMode,
    int nodesHeard,
    int nodesExpected) {}
