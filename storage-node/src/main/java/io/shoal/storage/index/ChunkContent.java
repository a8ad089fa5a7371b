package io.shoal.storage.index;

import java.nio.ByteBuffer;

/**
 * The checksums of a chunk's blocks, and those of its bytes that lie in the index: the last ones,
 * or all of them. Belongs to the head of the same length. Immutable: whoever hands arrays over does
 * not change them any more.
 */
public final class ChunkContent {
  private final int lengthBytes;
  private final int[] blockCrcs;
  private final byte[] inline;
  private final int inlineOffset;

  /**
   * Makes a content.
   *
   * @param lengthBytes length of the chunk
   * @param blockCrcs takes: CRC32C of each block, of the partial one at the end too
   * @param inline takes: the last bytes of the chunk, as far as they lie in no file
   */
  public ChunkContent(int lengthBytes, int[] blockCrcs, byte[] inline) {
    this(lengthBytes, blockCrcs, inline, 0);
  }

  /** The same with inline bytes that are the rest of an array from an offset on. */
  ChunkContent(int lengthBytes, int[] blockCrcs, byte[] inline, int inlineOffset) {
    if (inline.length - inlineOffset > lengthBytes) {
      throw new IllegalArgumentException(
          "inline bytes: "
              + (inline.length - inlineOffset)
              + " (expected: at most the length, "
              + lengthBytes
              + ")");
    }
    this.lengthBytes = lengthBytes;
    this.blockCrcs = blockCrcs;
    this.inline = inline;
    this.inlineOffset = inlineOffset;
  }

  /** Returns the length of the chunk. */
  public int lengthBytes() {
    return lengthBytes;
  }

  /** Returns the number of blocks, the partial one included. */
  public int blockCount() {
    return blockCrcs.length;
  }

  /** Returns the CRC32C of a block. */
  public int blockCrc(int block) {
    return blockCrcs[block];
  }

  /** Returns where in the chunk the inline bytes begin; what lies before is in the file. */
  public int inlineStart() {
    return lengthBytes - inlineBytes();
  }

  /** Returns the number of inline bytes. */
  public int inlineBytes() {
    return inline.length - inlineOffset;
  }

  /** Returns a read-only view of a range of the inline bytes, by its offset in the chunk. */
  public ByteBuffer inline(int offset, int length) {
    return ByteBuffer.wrap(inline, inlineOffset + offset - inlineStart(), length)
        .slice()
        .asReadOnlyBuffer();
  }
}
