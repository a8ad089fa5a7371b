package io.shoal.benchmarks.store;

import java.util.Random;

/** What the files of the workloads hold: bytes that don't compress, the same in every run. */
public final class Pattern {
  /** Bytes that are given to a client at a time when a large file is written. */
  public static final int PIECE_BYTES = 4 << 20;

  private Pattern() {}

  /** Returns so many bytes; the caller owns them. */
  public static byte[] bytes(int count) {
    byte[] content = new byte[count];
    new Random(1).nextBytes(content);
    return content;
  }
}
