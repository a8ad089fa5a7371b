package io.shoal.metadata.consensus.snapshot;

/**
 * When snapshots are taken. The log is kept from the oldest retained snapshot on, so these bound
 * the log on disk and the time that a restart takes to read it.
 *
 * @param everyEntries after so many log entries
 * @param everyLogBytes after so many bytes of log entries
 * @param retained how many snapshots are kept
 */
public record SnapshotSettings(long everyEntries, long everyLogBytes, int retained) {
  /** A restart within a second on an ordinary disk. */
  public static final SnapshotSettings DEFAULT = new SnapshotSettings(100_000, 128L << 20, 2);

  public SnapshotSettings {
    atLeastOne("everyEntries", everyEntries);
    atLeastOne("everyLogBytes", everyLogBytes);
    atLeastOne("retained", retained);
  }

  private static void atLeastOne(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= 1)");
    }
  }
}
