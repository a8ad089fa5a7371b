package io.shoal.client;

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
    int port = text.lastIndexOf(':', raft < 0 ? text.length() : raft);
    if (name < 1 || port < name + 2 || raft < port) {
      throw new IllegalArgumentException("'" + text + "' (expected: " + FORM + ")");
    }
    return new MetadataServerAddress(
        text.substring(0, name),
        text.substring(name + 1, port),
        port(text, text.substring(port + 1, raft)),
        port(text, text.substring(raft + 1)));
  }

  private static int port(String text, String number) {
    if (!number.matches("[0-9]{1,5}") || Integer.parseInt(number) > 65_535) {
      throw new IllegalArgumentException(
          "'" + text + "': port '" + number + "' (expected: " + FORM + ", ports up to 65535)");
    }
    return Integer.parseInt(number);
  }
}
