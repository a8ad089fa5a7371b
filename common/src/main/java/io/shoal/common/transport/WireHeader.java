package io.shoal.common.transport;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Writes the fields of a frame that stand before its payload. As in protobuf, what is zero or false
 * is left out.
 */
final class WireHeader {
  private static final int USUAL_BYTES = 32;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_BYTES);
  private final CodedOutputStream out = CodedOutputStream.newInstance(bytes, USUAL_BYTES);

  void message(int field, MessageLite message) {
    write(() -> out.writeMessage(field, message));
  }

  void int64(int field, long value) {
    if (value != 0) {
      write(() -> out.writeUInt64(field, value));
    }
  }

  /**
   * Writes a message that ends with a payload, which follows this header.
   *
   * @param header all of the message but the payload
   */
  void announceMessage(int field, byte[] header, int payloadBytes) {
    write(
        () -> {
          out.writeTag(field, WireFields.BYTES);
          out.writeUInt32NoTag(header.length + payloadBytes);
          out.writeRawBytes(header);
        });
  }

  void size(int field, int value) {
    if (value != 0) {
      write(() -> out.writeUInt32(field, value));
    }
  }

  void fixed32(int field, int value) {
    if (value != 0) {
      write(() -> out.writeFixed32(field, value));
    }
  }

  void bool(int field, boolean value) {
    if (value) {
      write(() -> out.writeBool(field, true));
    }
  }

  /** Writes all of a field of bytes but the bytes, which follow the header. */
  void announce(int field, int length) {
    if (length != 0) {
      write(
          () -> {
            out.writeTag(field, WireFields.BYTES);
            out.writeUInt32NoTag(length);
          });
    }
  }

  byte[] toBytes() {
    write(out::flush);
    return bytes.toByteArray();
  }

  private interface Writing {
    void run() throws IOException;
  }

  /** Into memory, where no I/O can fail. */
  private static void write(Writing writing) {
    try {
      writing.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
