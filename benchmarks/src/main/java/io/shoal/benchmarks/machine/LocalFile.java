package io.shoal.benchmarks.machine;

import io.shoal.benchmarks.store.Pattern;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Writes large amounts, and makes what to write. */
final class LocalFile {
  private static final int ALIGNMENT = 4 << 10;

  private LocalFile() {}

  /** Makes a piece of random bytes that may be written and read past the page cache. */
  static ByteBuffer alignedPiece() {
    ByteBuffer piece =
        ByteBuffer.allocateDirect(Pattern.PIECE_BYTES + ALIGNMENT).alignedSlice(ALIGNMENT);
    return piece.limit(Pattern.PIECE_BYTES).put(Pattern.bytes(Pattern.PIECE_BYTES)).flip();
  }

  /** Writes a piece again and again until there are so many bytes. */
  static void fill(WritableByteChannel channel, ByteBuffer piece, long bytes) throws IOException {
    for (long left = bytes; left > 0; ) {
      ByteBuffer next = piece.duplicate().limit((int) Math.min(piece.limit(), left));
      left -= next.remaining();
      while (next.hasRemaining()) {
        channel.write(next);
      }
    }
  }
}
