package io.shoal.storage.index;

/**
 * What a node has noted of its brake on deletions (rule G5), on each of its volumes, and of the
 * metadata that orders them.
 *
 * @param revision counts the notes: of several volumes' notes the one with the highest is the last
 * @param on whether nothing is deleted
 * @param sinceMillis when the brake was last put on, on the log clock; 0 if never
 * @param confirmedChunks unknown chunks that an operator has confirmed, and that are not erased yet
 * @param history the newest that the node was told of (rule T3)
 */
public record BrakeNote(
    long revision, boolean on, long sinceMillis, long confirmedChunks, MetadataHistory history) {
  /** Of a node that never noted anything. */
  public static final BrakeNote NONE = new BrakeNote(0, false, 0, 0, MetadataHistory.NONE);

  public BrakeNote {
    if (revision < 0 || confirmedChunks < 0) {
      throw new IllegalArgumentException(
          "revision, confirmedChunks: " + revision + ", " + confirmedChunks + " (expected: >= 0)");
    }
  }
}
