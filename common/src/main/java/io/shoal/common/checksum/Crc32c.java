package io.shoal.common.checksum;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC32C (Castagnoli, RFC 3720) as an {@code int}, and the checksum of a concatenation from the
 * checksums of its parts. The checksum of no bytes is 0. Stateless and thread-safe.
 *
 * <p>{@link #combine} follows the method of Mark Adler's {@code crc32_combine} in zlib: appending n
 * bytes to a message multiplies its checksum, a polynomial over GF(2), by x<sup>8n</sup> modulo the
 * generator; the initial and the final inversion cancel out. Powers of x for every value of every
 * byte of n are computed once, so that a combination costs one multiplication for each non-zero
 * byte of the length and allocates nothing. Polynomials are kept bit-reversed, as the checksum is:
 * the most significant bit is the coefficient of x<sup>0</sup>.
 */
public final class Crc32c {
  /** The generator x^32 + x^28 + x^27 + ... + 1 without its leading term, reversed. */
  private static final int POLYNOMIAL = 0x82F63B78;

  /** The polynomial 1, reversed. */
  private static final int ONE = 0x80000000;

  private static final int BYTES_OF_LENGTH = Long.BYTES;

  /**
   * {@code POWERS[256 * i + b]} is x^(8 * b * 256^i): what b * 256^i appended bytes multiply a
   * checksum by.
   */
  private static final int[] POWERS = powers();

  private Crc32c() {}

  /** Returns the checksum of a whole array. */
  public static int of(byte[] bytes) {
    return of(bytes, 0, bytes.length);
  }

  /** Returns the checksum of a range of an array. */
  public static int of(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  /**
   * Returns the checksum of the bytes from position to limit. Borrows the buffer; its position does
   * not move.
   */
  public static int of(ByteBuffer buffer) {
    CRC32C crc = new CRC32C();
    crc.update(buffer.duplicate());
    return (int) crc.getValue();
  }

  /** Returns the checksum of the readable bytes. Borrows the buffer; its indices do not move. */
  public static int of(ByteBuf buffer) {
    return of(buffer, buffer.readerIndex(), buffer.readableBytes());
  }

  /**
   * Returns the checksum of a range, by absolute index. Borrows the buffer; its indices do not
   * move.
   */
  public static int of(ByteBuf buffer, int index, int length) {
    CRC32C crc = new CRC32C();
    if (buffer.hasArray()) {
      crc.update(buffer.array(), buffer.arrayOffset() + index, length);
    } else if (buffer.nioBufferCount() == 1) {
      crc.update(buffer.nioBuffer(index, length));
    } else {
      for (ByteBuffer part : buffer.nioBuffers(index, length)) {
        crc.update(part);
      }
    }
    return (int) crc.getValue();
  }

  /**
   * Returns the checksum of two runs of bytes, one behind the other.
   *
   * @param first checksum of the first run
   * @param second checksum of the second run
   * @param secondLength number of bytes of the second run, at least 0
   */
  public static int combine(int first, int second, long secondLength) {
    if (secondLength < 0) {
      throw new IllegalArgumentException("secondLength: " + secondLength + " (expected: >= 0)");
    }
    int shifted = first;
    long rest = secondLength;
    for (int i = 0; rest != 0; i++, rest >>>= Byte.SIZE) {
      int digit = (int) rest & 0xFF;
      if (digit != 0) {
        shifted = multiply(shifted, POWERS[256 * i + digit]);
      }
    }
    return shifted ^ second;
  }

  /**
   * Multiplies two reversed polynomials modulo the generator. Without branches: their bits are
   * random.
   */
  private static int multiply(int left, int right) {
    int product = 0;
    int multiple = right;
    for (int bit = Integer.SIZE - 1; bit >= 0; bit--) {
      product ^= multiple & -((left >>> bit) & 1);
      multiple = (multiple >>> 1) ^ (POLYNOMIAL & -(multiple & 1));
    }
    return product;
  }

  private static int[] powers() {
    int[] powers = new int[256 * BYTES_OF_LENGTH];
    int unit = ONE >>> Byte.SIZE; // x^8: one byte appended
    for (int i = 0; i < BYTES_OF_LENGTH; i++) {
      int power = ONE;
      for (int digit = 0; digit < 256; digit++) {
        powers[256 * i + digit] = power;
        power = multiply(power, unit);
      }
      unit = power;
    }
    return powers;
  }
}
