package io.shoal.faults.workload;

/** What a worker does. */
public enum Action {
  /** Stores a file, in the place of another one if there is one. */
  PUT,
  /** Writes a file piece by piece, each flushed and read back before the next. */
  WRITE,
  /** Writes on at the end of a file. */
  APPEND,
  /** Makes a file shorter. */
  TRUNCATE,
  /** Deletes a file. */
  DELETE,
  /** Renames a file to a name that is free. */
  RENAME,
  /** Reads a whole file. */
  GET,
  /** Reads a part of a file. */
  READ,
  /** Lists a directory. */
  LIST,
  /** Makes a directory. */
  MKDIR
}
