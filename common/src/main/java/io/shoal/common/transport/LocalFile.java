package io.shoal.common.transport;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Where the bytes of a range lie on the machine of a node, for readers on the same machine.
 * Immutable: whoever hands arrays over does not change them any more.
 */
public final class LocalFile {
  /** Bytes of a block, each of which has a checksum. */
  public static final int BLOCK_BYTES = 16 << 10;

  private final String path;
  private final int begin;
  private final int end;
  private final int[] blockCrcs;
  private final ByteBuffer inline;
  private final boolean hot;

  /**
   * Makes one.
   *
   * @param path absolute; the chunk begins with the file's first byte. Empty if all is inline
   * @param begin where the first block begins in the chunk
   * @param end where the last block ends, in bytes
   * @param blockCrcs CRC32C of each block
   * @param inline the last bytes before the end, as far as they lie in no file
   * @param hot whether the range was read before, so that it is worth a place in the page cache
   */
  public LocalFile(
      String path, int begin, int end, int[] blockCrcs, ByteBuffer inline, boolean hot) {
    if (begin < 0 || begin % BLOCK_BYTES != 0 || end <= begin) {
      throw new IllegalArgumentException(
          "blocks: " + begin + " to " + end + " (expected: from a block's first byte, 1 or more)");
    }
    int blocks = (int) (((long) end - begin + BLOCK_BYTES - 1) / BLOCK_BYTES);
    if (blockCrcs.length != blocks) {
      throw new IllegalArgumentException(
          "checksums: " + blockCrcs.length + " (expected: " + blocks + ")");
    }
    if (inline.remaining() > end - begin) {
      throw new IllegalArgumentException(
          "inline: " + inline.remaining() + " bytes (expected: <= " + (end - begin) + ")");
    }
    if (path.isEmpty() && inline.remaining() < end - begin) {
      throw new IllegalArgumentException("path: empty (expected: one, not all bytes are inline)");
    }
    this.path = path;
    this.begin = begin;
    this.end = end;
    this.blockCrcs = blockCrcs;
    this.inline = inline.slice().asReadOnlyBuffer();
    this.hot = hot;
  }

  /** Returns the file's path; empty if there is none. */
  public String path() {
    return path;
  }

  /** Returns where the first block begins in the chunk. */
  public int begin() {
    return begin;
  }

  /** Returns where the last block ends in the chunk. */
  public int end() {
    return end;
  }

  /** Returns where the bytes end that lie in the file. */
  public int fileEnd() {
    return end - inline.remaining();
  }

  /** Returns the bytes behind those of the file, in a view of the caller's own. */
  public ByteBuffer inline() {
    return inline.duplicate();
  }

  /** Tells whether the range was read before, so that it is worth a place in the page cache. */
  public boolean hot() {
    return hot;
  }

  /** Returns the checksum of the block that begins at an offset in the chunk. */
  public int blockCrc(int offset) {
    return blockCrcs[(offset - begin) / BLOCK_BYTES];
  }

  int[] blockCrcs() {
    return blockCrcs;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LocalFile that
        && path.equals(that.path)
        && begin == that.begin
        && end == that.end
        && Arrays.equals(blockCrcs, that.blockCrcs)
        && inline.equals(that.inline)
        && hot == that.hot;
  }

  @Override
  public int hashCode() {
    return 31 * path.hashCode() + end;
  }

  @Override
  public String toString() {
    return "LocalFile["
        + path
        + ", "
        + begin
        + " to "
        + end
        + ", inline "
        + inline.remaining()
        + "]";
  }
}
