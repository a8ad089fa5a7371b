package io.shoal.testkit;

import java.nio.ByteBuffer;
import java.util.Random;

/** Contents for tests. */
final class Bytes {
  private Bytes() {}

  /** Returns bytes that depend on length and seed only. */
  static ByteBuffer random(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }
}
