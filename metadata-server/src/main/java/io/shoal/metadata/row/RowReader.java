package io.shoal.metadata.row;

import java.nio.charset.StandardCharsets;

/**
 * Reads what {@link RowWriter} wrote, in the same order. Bytes that do not fit mean that the state
 * is damaged or was written by a later version: {@link IllegalStateException}, on which the process
 * halts (rule S1).
 */
public final class RowReader {
  private final String what;
  private final byte[] row;
  private int position;

  /**
   * Begins to read a row.
   *
   * @param what the kind of row, for messages
   * @param version the only version of its layout that the reader knows
   */
  public RowReader(String what, byte[] row, int version) {
    this(what, row, version, version);
  }

  /**
   * Begins to read a row whose layout has changed; {@link #version} tells which one it has.
   *
   * @param what the kind of row, for messages
   * @param oldest the first version of its layout that the reader knows
   * @param newest the last one
   */
  public RowReader(String what, byte[] row, int oldest, int newest) {
    this.what = what;
    this.row = row;
    if (row.length == 0 || row[0] < oldest || row[0] > newest) {
      throw damaged(
          "version "
              + (row.length == 0 ? "missing" : row[0])
              + " (expected: "
              + (oldest == newest ? newest : oldest + " to " + newest)
              + ")");
    }
    position = 1;
  }

  /** Returns the version of the row's layout. Rule S3. */
  public int version() {
    return row[0];
  }

  /** Reads a number. */
  public long number() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      require(1);
      byte next = row[position++];
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw damaged("a number of more than 10 bytes");
  }

  /** Reads a number that was written from an {@code int} of at least 0. */
  public int smallNumber() {
    long value = number();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw damaged("number " + value + " (expected: an int of at least 0)");
    }
    return (int) value;
  }

  /** Reads a number of 8 bytes. */
  public long fixed() {
    require(8);
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = value << 8 | (row[position++] & 0xff);
    }
    return value;
  }

  /** Reads a truth value. */
  public boolean flag() {
    long value = number();
    if (value != 0 && value != 1) {
      throw damaged("flag " + value + " (expected: 0 or 1)");
    }
    return value == 1;
  }

  /** Reads a text. */
  public String text() {
    int length = smallNumber();
    require(length);
    String value = new String(row, position, length, StandardCharsets.UTF_8);
    position += length;
    return value;
  }

  /** Reads bytes. */
  public Bytes bytes() {
    int length = smallNumber();
    require(length);
    position += length;
    return Bytes.copyOf(row, position - length, length);
  }

  /** Checks that nothing is left. */
  public void end() {
    if (position != row.length) {
      throw damaged((row.length - position) + " bytes are left (expected: 0)");
    }
  }

  private void require(int count) {
    if (row.length - position < count) {
      throw damaged((row.length - position) + " bytes are left (expected: at least " + count + ")");
    }
  }

  private IllegalStateException damaged(String problem) {
    return new IllegalStateException(what + " row at byte " + position + ": " + problem);
  }
}
