package io.shoal.client;

import java.time.Duration;

/**
 * A metadata server, as the one that leads knows it.
 *
 * @param id its name among the metadata servers
 * @param address where it serves, {@code host:port}
 * @param leads whether it is the leader
 * @param committedIndex the last entry of the log that it knows to be on a majority; 0 if it never
 *     said so
 * @param silent since the leader last heard it
 */
public record MetadataServerStatus(
    String id, String address, boolean leads, long committedIndex, Duration silent) {}
