package io.shoal.metadata.store;

/**
 * The tables of the replicated state. Their keys and values are defined by the packages that own
 * them ({@code namespace}, {@code chunk}, {@code cluster}, {@code command}).
 *
 * <p>A table's {@link #storedName} is part of the format on disk: tables may be added, never
 * renamed.
 */
public enum Table {
  /** Inode id → type, mode, owner, times, length, generation, policy. */
  INODES("inodes"),

  /** Parent inode id, name → child inode id, type. */
  ENTRIES("entries"),

  /** Inode id, file offset → length, chunk id, chunk offset. */
  EXTENTS("extents"),

  /** Inode id → the bytes of a tiny file and their CRC32C. */
  INLINE("inline"),

  /** Chunk id → length, CRC32C, reference count, layout, replicas, state. */
  CHUNKS("chunks"),

  /** Node id, volume, chunk id → nothing: the reverse index of the replicas that count. */
  REPLICAS("replicas"),

  /** Node id, volume, chunk id → nothing: replicas that do not count, and may again. */
  UNCOUNTED("uncounted"),

  /** Number of replicas, chunk id → nothing: chunks below their policy. */
  UNDER("under"),

  /** Chunk id → nothing: chunks at their policy that have replicas beside it. */
  SURPLUS("surplus"),

  /** Node id, time, chunk id → nothing: what each node is to delete, oldest first. */
  GARBAGE("garbage"),

  /** Kind, time, id → nothing: what ends by itself once the log clock has passed that time. */
  EXPIRIES("expiries"),

  /** Kind, owner's id, id → nothing: what belongs to a session or an inode and ends with it. */
  OWNED("owned"),

  /** Kind, outside name → id: what is known by a name that was drawn elsewhere. */
  LOOKUPS("lookups"),

  /** Node id → address, failure domain, volumes, admin state. */
  NODES("nodes"),

  /** Session id → window. */
  SESSIONS("sessions"),

  /** Session id, sequence → encoded reply. */
  REPLIES("replies"),

  /** Counters, id ranges, cluster id, log clock, versions. */
  SYSTEM("system");

  private final String storedName;

  Table(String storedName) {
    this.storedName = storedName;
  }

  /** Returns the name under which the table is stored. */
  public String storedName() {
    return storedName;
  }
}
