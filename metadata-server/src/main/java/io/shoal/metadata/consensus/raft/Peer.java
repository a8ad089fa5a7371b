package io.shoal.metadata.consensus.raft;

/**
 * A metadata server that keeps a copy of the log.
 *
 * @param id its name, unique among the peers and never given to another server
 * @param host where the other peers reach it
 * @param port TCP port of the log's own protocol; of no meaning while there is one peer
 */
public record Peer(String id, String host, int port) {
  public Peer {
    if (!id.matches("[A-Za-z0-9._-]{1,64}")) {
      throw new IllegalArgumentException(
          "peer id: '" + id + "' (expected: 1 to 64 of A-Z a-z 0-9 . _ -)");
    }
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("peer port: " + port + " (expected: 0 to 65535)");
    }
  }
}
