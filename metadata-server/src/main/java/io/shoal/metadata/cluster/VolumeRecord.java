package io.shoal.metadata.cluster;

/**
 * What is recorded of one volume of a node.
 *
 * @param volume its number, unique within the node, above 0
 * @param directory the data directory, for people
 * @param capacityBytes size of its file system when the node registered
 * @param fenceReason why it must not be written any more; empty while it is healthy. Rule D3: once
 *     recorded, a later registration does not take it back
 */
public record VolumeRecord(int volume, String directory, long capacityBytes, String fenceReason) {
  /** Tells whether it must not be written any more. */
  public boolean fenced() {
    return !fenceReason.isEmpty();
  }
}
