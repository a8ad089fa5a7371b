package io.shoal.client.internal.read;

import io.shoal.client.ClientConfig;
import io.shoal.common.transport.ReadFrame;

/**
 * How much is fetched at once.
 *
 * @param pageExtents rows of a file's map that are asked for together
 * @param rangesInFlight most ranges of chunks that one operation fetches at a time
 * @param rangeBytes what one range that is fetched as a whole holds of the budget, at least a frame
 * @param segmentBytes most bytes that a stream asks of one chunk at once, at least a frame
 * @param readAheadBytes most bytes that a stream fetches ahead of its subscriber
 * @param pieceBytes most bytes in a buffer that a subscriber gets
 */
public record ReadSettings(
    int pageExtents,
    int rangesInFlight,
    int rangeBytes,
    int segmentBytes,
    int readAheadBytes,
    int pieceBytes) {
  private static final int FRAME_BYTES = ReadFrame.PAYLOAD_LIMIT_BYTES;

  public ReadSettings {
    requireAtLeast("pageExtents", pageExtents, 1);
    requireAtLeast("rangesInFlight", rangesInFlight, 1);
    requireAtLeast("rangeBytes", rangeBytes, FRAME_BYTES);
    requireAtLeast("segmentBytes", segmentBytes, FRAME_BYTES);
    requireAtLeast("readAheadBytes", readAheadBytes, FRAME_BYTES);
    requireAtLeast("pieceBytes", pieceBytes, 1);
  }

  /** Returns what suits a client. */
  public static ReadSettings of(ClientConfig config) {
    long quarter = config.readBudgetBytes() / 4;
    int readAhead = (int) Math.max(FRAME_BYTES, Math.min(32 * FRAME_BYTES, quarter));
    // Pieces stay below half a region of the smallest heaps: larger arrays are costly there.
    return new ReadSettings(512, 8, 2 * FRAME_BYTES, 4 * FRAME_BYTES, readAhead, 256 << 10);
  }

  private static void requireAtLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: at least " + least + ")");
    }
  }
}
