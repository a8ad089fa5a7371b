package io.shoal.storage.index;

import io.shoal.common.id.ChunkId;

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
   * Notes that it is not known any more whether a chunk is committed. The index must have its head
   * when this is applied.
   *
   * @param expiresAtMillis as in its head
   */
  record Unconfirm(ChunkId chunk, long expiresAtMillis) implements IndexUpdate {
    @Override
    public int weightBytes() {
      return 32;
    }
  }

  /**
   * Puts a chunk into the trash: its head is found there only, and it is unconfirmed no more. Its
   * content stays where it is.
   *
   * @param head as the index has it
   */
  record MoveToTrash(ChunkHead head, long sinceMillis) implements IndexUpdate {
    @Override
    public int weightBytes() {
      return 192;
    }
  }

  /**
   * Takes a chunk out of the trash: it is as it was before, and unconfirmed.
   *
   * @param trashed as the index has it
   */
  record TakeBack(Trashed trashed) implements IndexUpdate {
    @Override
    public int weightBytes() {
      return 192;
    }
  }

  /**
   * Removes everything about a chunk that is in the trash.
   *
   * @param trashed as the index has it
   */
  record Erase(Trashed trashed) implements IndexUpdate {
    @Override
    public int weightBytes() {
      return 96;
    }
  }

  /** Notes how far the scrubber has come. */
  record Scrubbed(ScrubNote note) implements IndexUpdate {
    @Override
    public int weightBytes() {
      return 64;
    }
  }

  /** Notes how the brake on deletions is. */
  record NoteBrake(BrakeNote note) implements IndexUpdate {
    @Override
    public int weightBytes() {
      return 64;
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
