package io.shoal.storage.index;

import io.shoal.common.id.ChunkId;
import org.jspecify.annotations.Nullable;

/**
 * A change of the index. None depends on what the index holds, so that changes of different origin
 * can share a batch in any order that keeps those of one chunk.
 */
public sealed interface IndexUpdate {
  /** Returns about how many bytes it adds to a batch. */
  int weightBytes();

  /**
   * Sets what is known of a chunk.
   *
   * @param first whether the index has no record of the chunk yet; notes it as unconfirmed too then
   */
  record Put(ChunkHead head, ChunkContent content, boolean first) implements IndexUpdate {
    public Put {
      if (head.lengthBytes() != content.lengthBytes()) {
        throw new IllegalArgumentException(
            "length of content: "
                + content.lengthBytes()
                + " (expected: that of the head, "
                + head.lengthBytes()
                + ")");
      }
    }

    @Override
    public int weightBytes() {
      return 96 + content.blockCount() * Integer.BYTES + content.inlineBytes();
    }
  }

  /**
   * Removes everything about a chunk.
   *
   * @param expiresAtMillis as in its head
   */
  record Delete(ChunkId chunk, long expiresAtMillis) implements IndexUpdate {
    @Override
    public int weightBytes() {
      return 96;
    }
  }

  /**
   * Notes that a chunk is committed: it is unconfirmed no more.
   *
   * @param expiresAtMillis as in its head
   */
  record Confirm(ChunkId chunk, long expiresAtMillis) implements IndexUpdate {
    @Override
    public int weightBytes() {
      return 32;
    }
  }

  /**
   * Notes how far the scrubber has come.
   *
   * @param upTo the last chunk that it has read; null at the end of a pass
   */
  record Scrubbed(@Nullable ChunkId upTo) implements IndexUpdate {
    @Override
    public int weightBytes() {
      return 32;
    }
  }

  /**
   * Notes that file sequences below a number may be in use.
   *
   * @param below the first that is certainly not in use; only ever raised
   */
  record ReserveSequences(long below) implements IndexUpdate {
    @Override
    public int weightBytes() {
      return 32;
    }
  }
}
