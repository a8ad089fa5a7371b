package io.shoal.metadata.cluster;

/** Numbers that the state counts; the code is part of the format. */
public enum Counter {
  /** Inode ids given out, by their 48 low bits. */
  INODE_IDS(16),

  /** Chunk ids given out, by their 48 low bits. */
  CHUNK_IDS(17),

  /** Node ids given out. */
  NODE_IDS(18),

  /** Session ids given out, by their 48 low bits. */
  SESSION_IDS(19),

  /** Inodes that have a row, pending and removed ones as well. */
  INODES(20),

  /** Chunks that have a record, tombstones as well. */
  CHUNKS(21),

  /** Sessions that have a row. */
  SESSIONS(22);

  private final int code;

  Counter(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
