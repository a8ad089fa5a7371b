package io.shoal.metadata.namespace;

/** What an inode is. */
public enum FileType {
  /** Has bytes. */
  FILE(1),

  /** Has entries. */
  DIRECTORY(2);

  private final int number;

  FileType(int number) {
    this.number = number;
  }

  /** Returns the number by which the type is stored. */
  public int number() {
    return number;
  }

  /** Returns the type that is stored by a number. */
  public static FileType ofNumber(int number) {
    for (FileType type : values()) {
      if (type.number == number) {
        return type;
      }
    }
    throw new IllegalStateException("file type: " + number + " (expected: 1 or 2)");
  }
}
