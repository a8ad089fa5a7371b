package io.shoal.client.internal.simulation;

import java.util.SplittableRandom;

/** Bytes in which every mistake shows. */
public final class Patterns {
  private Patterns() {}

  /** Returns so many bytes, the same ones each time. */
  public static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(length).nextBytes(bytes);
    return bytes;
  }
}
