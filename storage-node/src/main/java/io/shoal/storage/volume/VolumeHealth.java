package io.shoal.storage.volume;

/** What a volume can do for others. */
public enum VolumeHealth {
  /** Reads and writes. */
  HEALTHY,

  /** At its reserve: reads, but takes no new bytes until there is room again. */
  FULL,

  /**
   * After an I/O error: takes no write, until an operator lifts it (rule D3). Reads as long as the
   * disk answers.
   */
  FENCED,

  /** Not open: reads and writes nothing, and may do better after the next start of its node. */
  OFFLINE
}
