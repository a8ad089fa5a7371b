package io.shoal.benchmarks.machine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Writes large amounts. */
final class LocalFile {
  private LocalFile() {}

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
