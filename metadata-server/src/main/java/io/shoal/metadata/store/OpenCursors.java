package io.shoal.metadata.store;

/** Counts the cursors that a writer has open in each table, and refuses to write under them. */
final class OpenCursors {
  private final int[] counts = new int[Table.values().length];

  void opened(Table table) {
    counts[table.ordinal()]++;
  }

  void closed(Table table) {
    counts[table.ordinal()]--;
  }

  void checkNone(Table table) {
    int count = counts[table.ordinal()];
    if (count > 0) {
      throw new IllegalStateException(
          "write to " + table + " under " + count + " open cursors (expected: 0)");
    }
  }

  void checkNone() {
    for (Table table : Table.values()) {
      checkNone(table);
    }
  }
}
