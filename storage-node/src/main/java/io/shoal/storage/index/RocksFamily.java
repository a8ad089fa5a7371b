package io.shoal.storage.index;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The column families of an index, in the order in which they are opened. */
enum RocksFamily {
  /** A few single values. */
  SYSTEM("default"),
  /** What is known of each chunk that is served. */
  HEADS("heads"),
  /** Checksums and tails of chunks in files. */
  CONTENTS("contents"),
  /** The same of small chunks, with all of their bytes. */
  SMALL("small"),
  /** An order of those of which nobody has said yet that they are committed. */
  UNCONFIRMED("unconfirmed"),
  /** Heads of chunks in the trash, and beside them an order by time. */
  TRASH("trash");

  static final byte[] SEQUENCES_KEY = "sequences".getBytes(UTF_8);
  static final byte[] SCRUBBED_KEY = "scrubbed".getBytes(UTF_8);
  static final byte[] BRAKE_KEY = "brake".getBytes(UTF_8);

  private final String columnName;

  RocksFamily(String columnName) {
    this.columnName = columnName;
  }

  String columnName() {
    return columnName;
  }

  byte[] key() {
    return columnName.getBytes(UTF_8);
  }
}
