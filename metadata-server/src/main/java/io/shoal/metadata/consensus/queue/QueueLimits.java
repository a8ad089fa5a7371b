package io.shoal.metadata.consensus.queue;

/**
 * Bounds of what waits for the log.
 *
 * @param commandBytesMax most bytes of an encoded command; rule C4
 * @param entryBytesMax most bytes of commands in a log entry
 * @param entryCommandsMax most commands in a log entry
 * @param entriesInFlightMax most entries that are appended at a time; later commands wait for the
 *     next entry
 * @param pendingCommandsMax most commands that wait or are in flight
 * @param pendingBytesMax most bytes of commands that wait or are in flight
 */
public record QueueLimits(
    int commandBytesMax,
    int entryBytesMax,
    int entryCommandsMax,
    int entriesInFlightMax,
    int pendingCommandsMax,
    long pendingBytesMax) {
  private static final int MIB = 1 << 20;

  /** What a server of 250 MB can bear. */
  public static final QueueLimits DEFAULT =
      new QueueLimits(MIB, 2 * MIB, 1_024, 1, 16_384, 16L * MIB);

  public QueueLimits {
    within("commandBytesMax", commandBytesMax, 1, 4 * MIB);
    within("entryBytesMax", entryBytesMax, commandBytesMax, 4 * MIB);
    within("entryCommandsMax", entryCommandsMax, 1, 8_192);
    within("entriesInFlightMax", entriesInFlightMax, 1, 64);
    within("pendingCommandsMax", pendingCommandsMax, 1, 1 << 24);
    within("pendingBytesMax", pendingBytesMax, commandBytesMax, 1L << 32);
  }

  private static void within(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + least + " to " + most + ")");
    }
  }
}
