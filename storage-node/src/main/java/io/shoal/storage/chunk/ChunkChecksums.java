package io.shoal.storage.chunk;

import io.shoal.common.checksum.Crc32c;
import java.util.Arrays;

/** Length and checksums of a chunk that grows: of the whole, and of each block. One owner. */
final class ChunkChecksums {
  private static final int FIRST_CAPACITY = 4;

  private int lengthBytes;
  private int whole;

  /** Checksums of all blocks; the last one may be partial. */
  private int[] blocks = new int[FIRST_CAPACITY];

  int lengthBytes() {
    return lengthBytes;
  }

  /** Returns the checksum of [0, length). */
  int whole() {
    return whole;
  }

  /** Returns a copy of the checksums of all blocks, the partial one included. */
  int[] blocks() {
    return Arrays.copyOf(blocks, Blocks.count(lengthBytes));
  }

  /** Adds a frame that begins at the present length. */
  void append(FrameChecksums frame) {
    for (int i = 0; i < frame.pieceCount(); i++) {
      appendPiece(frame.piece(i), frame.pieceBytes(i));
    }
    whole = Crc32c.combine(whole, frame.whole(), frame.lengthBytes());
  }

  private void appendPiece(int crc, int bytes) {
    int block = Blocks.whole(lengthBytes);
    if (block == blocks.length) {
      blocks = Arrays.copyOf(blocks, 2 * blocks.length);
    }
    boolean begins = Blocks.tailBytes(lengthBytes) == 0;
    blocks[block] = begins ? crc : Crc32c.combine(blocks[block], crc, bytes);
    lengthBytes += bytes;
  }
}
