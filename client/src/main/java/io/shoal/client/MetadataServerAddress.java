package io.shoal.client;

import io.shoal.common.rpc.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * Where a metadata server is that is to join others.
 *
 * @param id its name among the metadata servers; no other one ever had it
 * @param host where it serves and listens to the others
 * @param port on which it serves clients and storage nodes
 * @param raftPort on which it listens to the other metadata servers
 */
public record MetadataServerAddress(String id, String host, int port, int raftPort) {
  private static final String FORM = "ID=HOST:PORT/RAFT-PORT";

  /**
   * Reads one.
   *
   * @param text {@code ID=HOST:PORT/RAFT-PORT}
   * @throws IllegalArgumentException if it is not of this form
   */
  public static MetadataServerAddress parse(String text) {
    int name = text.indexOf('=');
    int raft = text.lastIndexOf('/');
    if (name < 1 || raft < name) {
      throw malformed(text, null);
    }
    try {
      HostPort service = HostPort.parse(text.substring(name + 1, raft));
      HostPort others = new HostPort(service.host(), Integer.parseInt(text.substring(raft + 1)));
      return new MetadataServerAddress(
          text.substring(0, name), service.host(), service.port(), others.port());
    } catch (IllegalArgumentException notAnAddress) {
      throw malformed(text, notAnAddress);
    }
  }

  private static IllegalArgumentException malformed(
      String text, @Nullable IllegalArgumentException cause) {
    return new IllegalArgumentException("'" + text + "' (expected: " + FORM + ")", cause);
  }
}
