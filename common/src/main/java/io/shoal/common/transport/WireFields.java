package io.shoal.common.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads the fields of a protobuf message by hand, one after another, and takes the payload out as a
 * buffer. Never reads beyond the message, and believes no length before it has compared it with
 * what is there.
 */
final class WireFields {
  /** Wire types of protobuf. */
  static final int VARINT = 0;

  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  private static final int LONGEST_VARINT_BYTES = 10;

  private final InputStream in;
  private final ByteBufAllocator allocator;

  /** Whether nothing comes behind these fields in the stream. */
  private final boolean lastInStream;

  private int remaining;

  /**
   * Reads a message.
   *
   * @param in holds exactly the message, and tells by {@link InputStream#available} how long it is
   */
  WireFields(InputStream in, ByteBufAllocator allocator) throws IOException {
    this(in, allocator, in.available(), true);
  }

  private WireFields(InputStream in, ByteBufAllocator allocator, int length, boolean lastInStream) {
    this.in = in;
    this.allocator = allocator;
    this.remaining = length;
    this.lastInStream = lastInStream;
  }

  /** Returns the fields of a message within this one; they are to be read before what follows. */
  WireFields message(String field) throws IOException, MalformedException {
    int length = announced(field, Integer.MAX_VALUE);
    boolean last = lastInStream && length == remaining;
    remaining -= length;
    return new WireFields(in, allocator, length, last);
  }

  /** Tells whether another field follows. */
  boolean hasNext() {
    return remaining > 0;
  }

  /** Reads the tag of the next field. */
  int nextTag() throws IOException, MalformedException {
    long tag = varint();
    if (tag >>> 32 != 0 || tag >>> 3 == 0) {
      throw new MalformedException("tag " + Long.toUnsignedString(tag) + " is none");
    }
    return (int) tag;
  }

  /** Reads a number of any size. */
  long int64() throws IOException, MalformedException {
    return varint();
  }

  /** Reads an offset or a length: a varint that fits into 31 bits. */
  int size(String field) throws IOException, MalformedException {
    long value = varint();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new MalformedException(
          field
              + ": "
              + Long.toUnsignedString(value)
              + " (expected: <= "
              + Integer.MAX_VALUE
              + ")");
    }
    return (int) value;
  }

  /** Reads a bool. */
  boolean bool() throws IOException, MalformedException {
    return varint() != 0;
  }

  /** Reads a fixed32, which is little-endian. */
  int fixed32() throws IOException, MalformedException {
    return oneByte() | oneByte() << 8 | oneByte() << 16 | oneByte() << 24;
  }

  /** Reads a field of bytes that is small. */
  byte[] bytes(String field, int limit) throws IOException, MalformedException {
    byte[] bytes = new byte[announced(field, limit)];
    int read = in.readNBytes(bytes, 0, bytes.length);
    remaining -= read;
    if (read != bytes.length) {
      throw new EOFException(field + ": " + read + " bytes of " + bytes.length);
    }
    return bytes;
  }

  /**
   * Reads a field of bytes that is big.
   *
   * @return owned by the caller
   */
  ByteBuf payload(int limit) throws IOException, MalformedException {
    int length = announced("payload", limit);
    if (length == 0) {
      return Unpooled.EMPTY_BUFFER;
    }
    boolean last = lastInStream && length == remaining;
    remaining -= length;
    return last
        ? ReceivedBuffers.takeAll(in, length, allocator)
        : ReceivedBuffers.copy(in, length, allocator);
  }

  /** Skips a field that this version does not know. */
  void skip(int tag) throws IOException, MalformedException {
    switch (tag & 7) {
      case VARINT -> varint();
      case FIXED64 -> skipBytes(Long.BYTES);
      case BYTES -> skipBytes(announced("field " + (tag >>> 3), Integer.MAX_VALUE));
      case FIXED32 -> skipBytes(Integer.BYTES);
      default ->
          throw new MalformedException("wire type " + (tag & 7) + " of field " + (tag >>> 3));
    }
  }

  private void skipBytes(int count) throws IOException, MalformedException {
    if (count > remaining) {
      throw truncated("field", count);
    }
    in.skipNBytes(count);
    remaining -= count;
  }

  private int announced(String field, int limit) throws IOException, MalformedException {
    int length = size("length of " + field);
    if (length > remaining) {
      throw truncated(field, length);
    }
    if (length > limit) {
      throw new MalformedException(field + ": " + length + " bytes (expected: <= " + limit + ")");
    }
    return length;
  }

  private MalformedException truncated(String field, int announced) {
    return new MalformedException(
        field + ": " + remaining + " bytes left (announced: " + announced + ")");
  }

  private long varint() throws IOException, MalformedException {
    long value = 0;
    for (int i = 0; i < LONGEST_VARINT_BYTES; i++) {
      int next = oneByte();
      value |= (long) (next & 0x7F) << (7 * i);
      if (next < 0x80) {
        return value;
      }
    }
    throw new MalformedException("varint of more than " + LONGEST_VARINT_BYTES + " bytes");
  }

  private int oneByte() throws IOException, MalformedException {
    if (remaining == 0) {
      throw new MalformedException("the message ends within a field");
    }
    remaining--;
    int next = in.read();
    if (next < 0) {
      throw new EOFException("the stream ended before its message");
    }
    return next;
  }
}
