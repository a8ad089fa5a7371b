package io.shoal.metadata.liveness;

/** How much a node can be counted on. */
public enum Liveness {
  /** Its heartbeats arrive in time. */
  ALIVE,

  /** It is late: it gets no new chunks, but may still serve reads. */
  SUSPECT,

  /** It was silent for so long that its replicas count as lost. */
  DEAD
}
