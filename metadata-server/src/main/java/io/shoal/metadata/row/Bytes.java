package io.shoal.metadata.row;

import java.util.Arrays;

/**
 * A run of bytes as a value: immutable, compared by content. Its text form shows the length only,
 * because some of them are secret.
 */
public final class Bytes {
  /** No bytes. */
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] content;

  private Bytes(byte[] content) {
    this.content = content;
  }

  /** Returns a copy of an array as a value. */
  public static Bytes copyOf(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(array.clone());
  }

  /** Returns a copy of a part of an array as a value. */
  static Bytes copyOf(byte[] array, int offset, int length) {
    return length == 0 ? EMPTY : new Bytes(Arrays.copyOfRange(array, offset, offset + length));
  }

  /** Returns how many bytes there are. */
  public int size() {
    return content.length;
  }

  /** Returns a new array with the bytes. */
  public byte[] toByteArray() {
    return content.clone();
  }

  /** Returns the array itself, for readers of this package that do not change it. */
  byte[] array() {
    return content;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(content, that.content);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(content);
  }

  @Override
  public String toString() {
    return content.length + " bytes";
  }
}
