package io.shoal.common.transport;

import static io.shoal.proto.v1.WriteFrame.CRC32C_FIELD_NUMBER;
import static io.shoal.proto.v1.WriteFrame.FINISH_FIELD_NUMBER;
import static io.shoal.proto.v1.WriteFrame.FLUSH_FIELD_NUMBER;
import static io.shoal.proto.v1.WriteFrame.OFFSET_FIELD_NUMBER;
import static io.shoal.proto.v1.WriteFrame.OPEN_FIELD_NUMBER;
import static io.shoal.proto.v1.WriteFrame.PAYLOAD_FIELD_NUMBER;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.MethodDescriptor.Marshaller;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.shoal.common.grant.SignedGrant;
import io.shoal.common.id.NodeId;
import io.shoal.common.policy.AckLevel;
import io.shoal.proto.v1.WriteOpen;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** {@code shoal.v1.WriteFrame}, without protobuf code touching the payload. */
final class WriteFrameMarshaller implements Marshaller<Envelope<WriteFrame>> {
  private static final int OPEN = OPEN_FIELD_NUMBER << 3 | WireFields.BYTES;
  private static final int OFFSET = OFFSET_FIELD_NUMBER << 3 | WireFields.VARINT;
  private static final int CRC32C = CRC32C_FIELD_NUMBER << 3 | WireFields.FIXED32;
  private static final int FLUSH = FLUSH_FIELD_NUMBER << 3 | WireFields.VARINT;
  private static final int FINISH = FINISH_FIELD_NUMBER << 3 | WireFields.VARINT;
  private static final int PAYLOAD = PAYLOAD_FIELD_NUMBER << 3 | WireFields.BYTES;

  /** Nothing legitimate comes near it. */
  private static final int OPEN_LIMIT_BYTES = 8_192;

  private final ByteBufAllocator allocator;

  WriteFrameMarshaller(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  @Override
  public InputStream stream(Envelope<WriteFrame> envelope) {
    if (!(envelope instanceof Envelope.Whole<WriteFrame> whole)) {
      throw new IllegalArgumentException("frame: " + envelope + " (expected: a whole one)");
    }
    WriteFrame frame = whole.message();
    return new FrameStream(headerOf(frame), frame.payload());
  }

  /** Returns all of a frame's message but its payload. */
  static byte[] headerOf(WriteFrame frame) {
    WireHeader header = new WireHeader();
    @Nullable WriteOpening opening = frame.opening();
    if (opening != null) {
      header.message(OPEN_FIELD_NUMBER, toProto(opening));
    }
    header.size(OFFSET_FIELD_NUMBER, frame.offset());
    header.fixed32(CRC32C_FIELD_NUMBER, frame.crc32c());
    header.bool(FLUSH_FIELD_NUMBER, frame.flush());
    header.bool(FINISH_FIELD_NUMBER, frame.finish());
    header.announce(PAYLOAD_FIELD_NUMBER, frame.length());
    return header.toBytes();
  }

  @Override
  public Envelope<WriteFrame> parse(InputStream stream) {
    try {
      return new Envelope.Whole<>(parse(new WireFields(stream, allocator)));
    } catch (MalformedException e) {
      return e.toEnvelope("WriteFrame");
    } catch (IOException e) {
      return new MalformedException(e.toString()).toEnvelope("WriteFrame");
    }
  }

  /** Reads a frame's message. */
  static WriteFrame parse(WireFields fields) throws IOException, MalformedException {
    Parts parts = new Parts();
    try {
      parts.read(fields);
      return parts.takeFrame();
    } finally {
      parts.release();
    }
  }

  private static WriteOpen toProto(WriteOpening opening) {
    return WriteOpen.newBuilder()
        .setGrant(opening.grant().toProto())
        .setWriterNonce(opening.writerNonce())
        .setNodeId(opening.nodeId().value())
        .setAckLevelValue(opening.ackLevel() == AckLevel.FSYNC ? 0 : opening.ackLevel().number())
        .build();
  }

  private static WriteOpening opening(byte[] bytes) throws MalformedException {
    try {
      WriteOpen open = WriteOpen.parseFrom(bytes);
      return new WriteOpening(
          SignedGrant.of(open.getGrant()),
          open.getWriterNonce(),
          new NodeId(open.getNodeId()),
          AckLevel.ofNumber(open.getAckLevelValue()));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new MalformedException("open: " + e.getMessage());
    }
  }

  /** The fields that came so far; of a field that comes twice the last value counts. */
  private static final class Parts {
    private @Nullable WriteOpening opening;
    private int offset;
    private int crc32c;
    private boolean flush;
    private boolean finish;
    private ByteBuf payload = Unpooled.EMPTY_BUFFER;

    void read(WireFields fields) throws IOException, MalformedException {
      while (fields.hasNext()) {
        int tag = fields.nextTag();
        switch (tag) {
          case OPEN -> opening = opening(fields.bytes("open", OPEN_LIMIT_BYTES));
          case OFFSET -> offset = fields.size("offset");
          case CRC32C -> crc32c = fields.fixed32();
          case FLUSH -> flush = fields.bool();
          case FINISH -> finish = fields.bool();
          case PAYLOAD -> replacePayload(fields.payload(WriteFrame.PAYLOAD_LIMIT_BYTES));
          default -> fields.skip(tag);
        }
      }
    }

    private void replacePayload(ByteBuf next) {
      payload.release();
      payload = next;
    }

    WriteFrame takeFrame() {
      WriteFrame frame = new WriteFrame(opening, offset, crc32c, flush, finish, payload);
      payload = Unpooled.EMPTY_BUFFER;
      return frame;
    }

    void release() {
      payload.release();
    }
  }
}
