package io.shoal.metadata.consensus;

/**
 * Which server leads, as far as another one knows.
 *
 * @param term of which that is known; one that leads in it, and no other
 * @param address {@code host:port} of its service; empty if none is known
 */
public record KnownLeader(long term, String address) {}
