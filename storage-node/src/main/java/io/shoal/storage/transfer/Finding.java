package io.shoal.storage.transfer;

/** How a replica of this node is. */
public enum Finding {
  /** All bytes that were asked about are there. */
  INTACT,

  /** Every volume answered, and none has the chunk. */
  MISSING,

  /** The chunk is there, and is shorter or has other bytes. */
  DAMAGED,

  /** A volume that may have it can't be asked. */
  UNREACHABLE,

  /** It could not be found out this time. */
  UNDECIDED
}
