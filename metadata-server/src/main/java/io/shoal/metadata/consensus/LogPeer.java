package io.shoal.metadata.consensus;

/**
 * A server that keeps the log, as the leader knows it.
 *
 * @param id its name among the peers
 * @param address where it serves clients and nodes, {@code host:port}
 * @param committedIndex the last entry of which it knows that a majority has it; 0 if it never said
 *     so
 * @param silentMillis since the leader last heard it; 0 for the leader itself
 */
public record LogPeer(
    String id, String address, boolean leads, long committedIndex, long silentMillis) {}
