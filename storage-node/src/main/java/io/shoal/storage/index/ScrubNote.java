package io.shoal.storage.index;

import io.shoal.common.id.ChunkId;
import org.jspecify.annotations.Nullable;

/**
 * How far the scrubber of a node has come, as each of its volumes has noted it.
 *
 * @param upTo the last chunk that it has read in this pass; null at the begin of one
 * @param bytes bytes that it has read in this pass
 * @param damaged chunks of this pass that were not what was written
 * @param endedAtMillis when the last pass ended, in milliseconds since 1970 by the node's clock; 0
 *     if none did
 * @param endedDamaged chunks of the last pass that were not what was written
 */
public record ScrubNote(
    @Nullable ChunkId upTo, long bytes, long damaged, long endedAtMillis, long endedDamaged) {
  /** Of a node that never scrubbed. */
  public static final ScrubNote NONE = new ScrubNote(null, 0, 0, 0, 0);
}
