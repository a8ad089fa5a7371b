package io.shoal.client;

/** What stands at a path. */
public enum FileType {
  /** Has bytes. */
  FILE,
  /** Has entries. */
  DIRECTORY
}
