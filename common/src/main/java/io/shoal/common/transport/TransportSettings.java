package io.shoal.common.transport;

/**
 * How the client end of the chunk service uses connections.
 *
 * @param connectionsPerNode connections over which the streams to one node are spread
 * @param nodeLimit nodes to which connections are kept at a time; those that are not in use are
 *     closed to make room
 */
public record TransportSettings(int connectionsPerNode, int nodeLimit) {
  public TransportSettings {
    if (connectionsPerNode < 1 || connectionsPerNode > 64) {
      throw new IllegalArgumentException(
          "connectionsPerNode: " + connectionsPerNode + " (expected: 1 to 64)");
    }
    if (nodeLimit < 1) {
      throw new IllegalArgumentException("nodeLimit: " + nodeLimit + " (expected: >= 1)");
    }
  }

  /** Returns what suits every client unless its configuration says otherwise. */
  public static TransportSettings defaults() {
    return new TransportSettings(1, 1_024);
  }
}
