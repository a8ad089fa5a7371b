package io.shoal.metadata.liveness;

/** What a volume can still do. */
public enum VolumeHealth {
  /** It takes chunks. */
  HEALTHY,

  /** It has reached its reserve: it reads, but takes no new chunk. */
  FULL,

  /** After an I/O error: it takes no write, for good. Rule D3. */
  FENCED,

  /** Its node could not open it, for a reason that may pass: it does nothing, and is no fence. */
  OFFLINE
}
