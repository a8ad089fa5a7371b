package io.shoal.common.transport;

import static io.shoal.proto.v1.ReadFrame.CRC32C_FIELD_NUMBER;
import static io.shoal.proto.v1.ReadFrame.OFFSET_FIELD_NUMBER;
import static io.shoal.proto.v1.ReadFrame.PAYLOAD_FIELD_NUMBER;

import io.grpc.MethodDescriptor.Marshaller;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;

/** {@code shoal.v1.ReadFrame}, without protobuf code touching the payload. */
final class ReadFrameMarshaller implements Marshaller<Envelope<ReadFrame>> {
  private static final int OFFSET = OFFSET_FIELD_NUMBER << 3 | WireFields.VARINT;
  private static final int CRC32C = CRC32C_FIELD_NUMBER << 3 | WireFields.FIXED32;
  private static final int PAYLOAD = PAYLOAD_FIELD_NUMBER << 3 | WireFields.BYTES;

  private final ByteBufAllocator allocator;

  ReadFrameMarshaller(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  @Override
  public InputStream stream(Envelope<ReadFrame> envelope) {
    if (!(envelope instanceof Envelope.Whole<ReadFrame> whole)) {
      throw new IllegalArgumentException("frame: " + envelope + " (expected: a whole one)");
    }
    ReadFrame frame = whole.message();
    return new FrameStream(headerOf(frame), frame.payload());
  }

  /** Returns all of a frame's message but its payload. */
  static byte[] headerOf(ReadFrame frame) {
    WireHeader header = new WireHeader();
    header.size(OFFSET_FIELD_NUMBER, frame.offset());
    header.fixed32(CRC32C_FIELD_NUMBER, frame.crc32c());
    header.announce(PAYLOAD_FIELD_NUMBER, frame.length());
    return header.toBytes();
  }

  @Override
  public Envelope<ReadFrame> parse(InputStream stream) {
    try {
      return new Envelope.Whole<>(parse(new WireFields(stream, allocator)));
    } catch (MalformedException e) {
      return e.toEnvelope("ReadFrame");
    } catch (IOException e) {
      return new MalformedException(e.toString()).toEnvelope("ReadFrame");
    }
  }

  /** Reads a frame's message. */
  static ReadFrame parse(WireFields fields) throws IOException, MalformedException {
    Parts parts = new Parts();
    try {
      parts.read(fields);
      return parts.takeFrame();
    } finally {
      parts.release();
    }
  }

  /** The fields that came so far; of a field that comes twice the last value counts. */
  private static final class Parts {
    private int offset;
    private int crc32c;
    private ByteBuf payload = Unpooled.EMPTY_BUFFER;

    void read(WireFields fields) throws IOException, MalformedException {
      while (fields.hasNext()) {
        int tag = fields.nextTag();
        switch (tag) {
          case OFFSET -> offset = fields.size("offset");
          case CRC32C -> crc32c = fields.fixed32();
          case PAYLOAD -> replacePayload(fields.payload(ReadFrame.PAYLOAD_LIMIT_BYTES));
          default -> fields.skip(tag);
        }
      }
    }

    private void replacePayload(ByteBuf next) {
      payload.release();
      payload = next;
    }

    ReadFrame takeFrame() throws MalformedException {
      if (!payload.isReadable()) {
        throw new MalformedException("payload: 0 bytes (expected: >= 1)");
      }
      ReadFrame frame = new ReadFrame(offset, crc32c, payload);
      payload = Unpooled.EMPTY_BUFFER;
      return frame;
    }

    void release() {
      payload.release();
    }
  }
}
