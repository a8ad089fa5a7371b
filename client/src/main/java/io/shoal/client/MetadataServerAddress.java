package io.shoal.client;

/**
 * Where a metadata server is that is to join others.
 *
 * @param id its name among the metadata servers; no other one ever had it
 * @param host where it serves and listens to the others
 * @param port on which it serves clients and storage nodes
 * @param raftPort on which it listens to the other metadata servers
 */
public record MetadataServerAddress(String id, String host, int port, int raftPort) {}
