package io.shoal.storage.rpc;

import java.time.Duration;

/**
 * Limits of the streams of a node.
 *
 * @param maxWriteStreams write streams at a time; further ones are refused
 * @param writeWindowBytes bytes of one write stream that may wait for the volume
 * @param maxWriteBytes the same of all write streams together
 * @param maxReadStreams read streams at a time; further ones are refused
 * @param readWindowBytes bytes of one read stream that may wait for its reader
 * @param maxReadBytes the same of all read streams together; further ones wait
 * @param readStallLimit how long a reader may take nothing of what waits for it
 */
public record StreamConfig(
    int maxWriteStreams,
    int writeWindowBytes,
    long maxWriteBytes,
    int maxReadStreams,
    int readWindowBytes,
    long maxReadBytes,
    Duration readStallLimit) {
  public StreamConfig {
    requireAtLeast("maxWriteStreams", maxWriteStreams, 1);
    requireAtLeast("writeWindowBytes", writeWindowBytes, 1);
    requireAtLeast("maxWriteBytes", maxWriteBytes, writeWindowBytes);
    requireAtLeast("maxReadStreams", maxReadStreams, 1);
    requireAtLeast("readWindowBytes", readWindowBytes, 1);
    requireAtLeast("maxReadBytes", maxReadBytes, readWindowBytes);
    requireAtLeast("readStallLimit (ms)", readStallLimit.toMillis(), 1);
  }

  /** Returns what a node uses unless it is told otherwise. */
  public static StreamConfig defaults() {
    return new StreamConfig(
        2_048, 4 << 20, 64L << 20, 2_048, 1 << 20, 64L << 20, Duration.ofMinutes(1));
  }

  private static void requireAtLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + least + ")");
    }
  }
}
