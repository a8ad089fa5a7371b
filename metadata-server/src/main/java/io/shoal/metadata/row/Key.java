package io.shoal.metadata.row;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Builds keys and takes them apart. Numbers are big-endian, so that keys sort as unsigned numbers
 * do; a text may only come last. All fields of a key are as wide as the table says, there is no
 * version in it: another layout would be another table.
 */
public final class Key {
  private Key() {}

  /** Returns the key of one number. */
  public static byte[] of(long first) {
    byte[] key = new byte[8];
    putLong(key, 0, first);
    return key;
  }

  /** Returns the key of two numbers. */
  public static byte[] of(long first, long second) {
    byte[] key = new byte[16];
    putLong(key, 0, first);
    putLong(key, 8, second);
    return key;
  }

  /** Returns the key of three numbers. */
  public static byte[] of(long first, long second, long third) {
    byte[] key = new byte[24];
    putLong(key, 0, first);
    putLong(key, 8, second);
    putLong(key, 16, third);
    return key;
  }

  /** Returns the key of a number and a text in UTF-8. */
  public static byte[] of(long first, String text) {
    byte[] name = text.getBytes(StandardCharsets.UTF_8);
    byte[] key = new byte[8 + name.length];
    putLong(key, 0, first);
    System.arraycopy(name, 0, key, 8, name.length);
    return key;
  }

  /** Returns a key with a kind of row before it. */
  public static byte[] ofKind(int kind, byte[] rest) {
    byte[] key = new byte[1 + rest.length];
    key[0] = (byte) kind;
    System.arraycopy(rest, 0, key, 1, rest.length);
    return key;
  }

  /** Returns the first key behind all that begin with a prefix; the prefix must not be all 0xff. */
  public static byte[] behind(byte[] prefix) {
    int last = prefix.length - 1;
    while (last >= 0 && prefix[last] == (byte) 0xff) {
      last--;
    }
    if (last < 0) {
      throw new IllegalArgumentException("prefix: all 0xff (expected: some lower byte)");
    }
    byte[] end = Arrays.copyOf(prefix, last + 1);
    end[last]++;
    return end;
  }

  /** Returns the first key behind a key: what to start at to go on after it. */
  public static byte[] after(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }

  /** Reads the number that begins at a byte of a key. */
  public static long longAt(byte[] key, int offset) {
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = value << 8 | (key[offset + i] & 0xff);
    }
    return value;
  }

  /** Reads the text that begins at a byte of a key and ends with it. */
  public static String textAt(byte[] key, int offset) {
    return new String(key, offset, key.length - offset, StandardCharsets.UTF_8);
  }

  private static void putLong(byte[] key, int offset, long value) {
    for (int i = 0; i < 8; i++) {
      key[offset + i] = (byte) (value >>> (56 - 8 * i));
    }
  }
}
