package io.shoal.metadata.row;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes the value of a row, field after field. The first byte is the version of the row's layout
 * (rule S3). Small numbers take few bytes: integers are written as unsigned LEB128.
 */
public final class RowWriter {
  private byte[] buffer = new byte[64];
  private int size;

  /**
   * Begins a row.
   *
   * @param version of its layout, 1 to 127
   */
  public RowWriter(int version) {
    if (version < 1 || version > 127) {
      throw new IllegalArgumentException("version: " + version + " (expected: 1 to 127)");
    }
    buffer[size++] = (byte) version;
  }

  /** Writes a number; negative ones take 10 bytes. */
  public RowWriter putNumber(long value) {
    reserve(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      buffer[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    buffer[size++] = (byte) rest;
    return this;
  }

  /** Writes a number in 8 bytes: for what has no small values, such as times and nonces. */
  public RowWriter putFixed(long value) {
    reserve(8);
    for (int shift = 56; shift >= 0; shift -= 8) {
      buffer[size++] = (byte) (value >>> shift);
    }
    return this;
  }

  /** Writes a truth value. */
  public RowWriter putFlag(boolean value) {
    return putNumber(value ? 1 : 0);
  }

  /** Writes a text as UTF-8, after its length. */
  public RowWriter putText(String value) {
    return putArray(value.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes bytes, after their length. */
  public RowWriter putBytes(Bytes value) {
    return putArray(value.array());
  }

  private RowWriter putArray(byte[] value) {
    putNumber(value.length);
    reserve(value.length);
    System.arraycopy(value, 0, buffer, size, value.length);
    size += value.length;
    return this;
  }

  /** Returns the row. */
  public byte[] toByteArray() {
    return Arrays.copyOf(buffer, size);
  }

  private void reserve(int count) {
    if (buffer.length - size < count) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, size + count));
    }
  }
}
