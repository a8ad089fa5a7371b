package io.shoal.metadata.consensus;

import io.shoal.common.rpc.HostPort;

/**
 * A metadata server that keeps a copy of the log.
 *
 * @param id its name, unique among the peers and never given to another server
 * @param service where clients and storage nodes reach it
 * @param raftPort TCP port, on the same host, of the log's own protocol; 0 if it is alone and opens
 *     none
 */
public record Peer(String id, HostPort service, int raftPort) {
  public Peer {
    if (!id.matches("[A-Za-z0-9._-]{1,64}")) {
      throw new IllegalArgumentException(
          "peer id: '" + id + "' (expected: 1 to 64 of A-Z a-z 0-9 . _ -)");
    }
    if (raftPort < 0 || raftPort > 65535) {
      throw new IllegalArgumentException("peer port: " + raftPort + " (expected: 0 to 65535)");
    }
  }

  /**
   * Reads a peer.
   *
   * @param text {@code id=host:port/raft-port}
   * @throws IllegalArgumentException if it is not of this form
   */
  public static Peer parse(String text) {
    int name = text.indexOf('=');
    int port = text.lastIndexOf('/');
    if (name < 0 || port < name) {
      throw new IllegalArgumentException("peer: '" + text + "' (expected: id=host:port/raft-port)");
    }
    return new Peer(
        text.substring(0, name),
        HostPort.parse(text.substring(name + 1, port)),
        Integer.parseInt(text.substring(port + 1)));
  }

  /** Tells whether there are, or may come to be, others. */
  public boolean hasOthers() {
    return raftPort != 0;
  }

  @Override
  public String toString() {
    return id + "=" + service + "/" + raftPort;
  }
}
