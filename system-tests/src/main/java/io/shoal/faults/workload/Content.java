package io.shoal.faults.workload;

import java.nio.ByteBuffer;

/**
 * The bytes of files: each is known from a seed and its position alone, so that whoever knows the
 * seed can tell whether any part of a file is as it was written.
 */
public final class Content {
  private Content() {}

  /** Returns the first bytes of a content. */
  public static ByteBuffer of(long seed, int length) {
    return part(seed, 0, length);
  }

  /** Returns some bytes of a content. */
  public static ByteBuffer part(long seed, int begin, int length) {
    byte[] bytes = new byte[length];
    long word = 0;
    for (int i = 0; i < length; i++) {
      int at = begin + i;
      word = i == 0 || (at & 7) == 0 ? wordAt(seed, at) : word;
      bytes[i] = byteOf(word, at);
    }
    return ByteBuffer.wrap(bytes);
  }

  /**
   * Finds the first byte that is not as it should be.
   *
   * @param actual from its position to its limit; neither is moved
   * @param begin where in the content that begins
   * @return the position in the content; -1 if all are right
   */
  public static int mismatch(long seed, int begin, ByteBuffer actual) {
    long word = 0;
    int first = actual.position();
    for (int i = 0; i < actual.remaining(); i++) {
      int at = begin + i;
      word = i == 0 || (at & 7) == 0 ? wordAt(seed, at) : word;
      if (actual.get(first + i) != byteOf(word, at)) {
        return at;
      }
    }
    return -1;
  }

  private static long wordAt(long seed, int position) {
    long word = seed + (position >>> 3) * 0x9E3779B97F4A7C15L;
    word = (word ^ word >>> 30) * 0xBF58476D1CE4E5B9L;
    return (word ^ word >>> 27) * 0x94D049BB133111EBL;
  }

  private static byte byteOf(long word, int position) {
    return (byte) (word >>> ((position & 7) << 3));
  }
}
