package io.shoal.client.internal.write;

import io.shoal.client.ClientConfig;
import java.time.Duration;

/**
 * How files are cut and how much of one file is under way.
 *
 * @param frameBytes most bytes in a frame, at least 4 KiB
 * @param durableIntervalBytes after so many bytes of a chunk its nodes are asked to make them
 *     durable, so that their frames need not be kept any longer
 * @param chunksInFlight most chunks of a file that are not durable yet
 * @param chunksToCommit complete chunks that are worth a commit in the middle of a file
 * @param commitLimitChunks most chunks in one commit: some hundred bytes each, rule C4
 * @param stragglerAfter a node that makes no progress for so long while enough others do is left
 *     behind
 * @param openCalls most calls of a writer that have not completed
 */
public record WriteSettings(
    int frameBytes,
    int durableIntervalBytes,
    int chunksInFlight,
    int chunksToCommit,
    int commitLimitChunks,
    Duration stragglerAfter,
    int openCalls) {
  /** Smallest frame that is allocated for a stream whose length is not known. */
  static final int SMALLEST_FRAME_BYTES = 4 << 10;

  private static final int FRAME_BYTES = 1 << 20;
  private static final int DURABLE_INTERVAL_BYTES = 16 << 20;

  public WriteSettings {
    requireAtLeast("frameBytes", frameBytes, SMALLEST_FRAME_BYTES);
    requireAtLeast("durableIntervalBytes", durableIntervalBytes, 1);
    requireAtLeast("chunksInFlight", chunksInFlight, 1);
    requireAtLeast("chunksToCommit", chunksToCommit, 1);
    requireAtLeast("commitLimitChunks", commitLimitChunks, chunksToCommit);
    requireAtLeast("openCalls", openCalls, 1);
  }

  /** Returns what suits a client: nothing that one file needs may take up the whole budget. */
  public static WriteSettings of(ClientConfig config) {
    long eighth = Long.highestOneBit(config.writeBudgetBytes() / 8);
    return new WriteSettings(
        (int) Math.min(FRAME_BYTES, eighth),
        (int) Math.min(DURABLE_INTERVAL_BYTES, 2 * eighth),
        8,
        64,
        256,
        config.stallTimeout().dividedBy(10),
        config.operationLimit());
  }

  private static void requireAtLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: at least " + least + ")");
    }
  }
}
