package io.shoal.storage.chunk;

import io.netty.buffer.ByteBuf;
import io.shoal.common.checksum.Crc32c;

/**
 * The checksums of a frame, cut where the blocks of the chunk end: computed in one pass over the
 * bytes, from which both the checksum of the whole frame and those of the blocks follow.
 */
final class FrameChecksums {
  private final int lengthBytes;
  private final int firstPieceBytes;
  private final int[] pieces;
  private final int whole;

  private FrameChecksums(int lengthBytes, int firstPieceBytes, int[] pieces, int whole) {
    this.lengthBytes = lengthBytes;
    this.firstPieceBytes = firstPieceBytes;
    this.pieces = pieces;
    this.whole = whole;
  }

  /**
   * Computes the checksums of a frame.
   *
   * @param offset where it begins in the chunk
   * @param payload borrows
   */
  static FrameChecksums of(int offset, ByteBuf payload) {
    int length = payload.readableBytes();
    int first = Math.min(length, Blocks.BLOCK_BYTES - Blocks.tailBytes(offset));
    int[] pieces = new int[length == 0 ? 0 : 1 + Blocks.count(length - first)];
    int whole = 0;
    int done = 0;
    for (int i = 0; i < pieces.length; i++) {
      int pieceBytes = i == 0 ? first : Math.min(Blocks.BLOCK_BYTES, length - done);
      pieces[i] = Crc32c.of(payload, payload.readerIndex() + done, pieceBytes);
      whole = Crc32c.combine(whole, pieces[i], pieceBytes);
      done += pieceBytes;
    }
    return new FrameChecksums(length, first, pieces, whole);
  }

  int lengthBytes() {
    return lengthBytes;
  }

  /** Returns the checksum of the whole frame. */
  int whole() {
    return whole;
  }

  int pieceCount() {
    return pieces.length;
  }

  int piece(int number) {
    return pieces[number];
  }

  /** Returns the length of a piece; all between the first and the last one are whole blocks. */
  int pieceBytes(int number) {
    if (number == 0) {
      return firstPieceBytes;
    }
    int before = firstPieceBytes + (number - 1) * Blocks.BLOCK_BYTES;
    return Math.min(Blocks.BLOCK_BYTES, lengthBytes - before);
  }
}
