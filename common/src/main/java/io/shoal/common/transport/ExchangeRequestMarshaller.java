package io.shoal.common.transport;

import static io.shoal.proto.v1.ExchangeRequest.CALL_FIELD_NUMBER;
import static io.shoal.proto.v1.ExchangeRequest.CANCEL_FIELD_NUMBER;
import static io.shoal.proto.v1.ExchangeRequest.READ_FIELD_NUMBER;
import static io.shoal.proto.v1.ExchangeRequest.WRITE_FIELD_NUMBER;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.MethodDescriptor.Marshaller;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.shoal.proto.v1.ReadRequest;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** {@code shoal.v1.ExchangeRequest}, without protobuf code touching the payload. */
final class ExchangeRequestMarshaller implements Marshaller<Envelope<ExchangeRequest>> {
  private static final int CALL = CALL_FIELD_NUMBER << 3 | WireFields.VARINT;
  private static final int CANCEL = CANCEL_FIELD_NUMBER << 3 | WireFields.VARINT;
  private static final int READ = READ_FIELD_NUMBER << 3 | WireFields.BYTES;
  private static final int WRITE = WRITE_FIELD_NUMBER << 3 | WireFields.BYTES;

  /** Nothing legitimate comes near it. */
  private static final int READ_LIMIT_BYTES = 1_024;

  private final ByteBufAllocator allocator;

  ExchangeRequestMarshaller(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  @Override
  public InputStream stream(Envelope<ExchangeRequest> envelope) {
    if (!(envelope instanceof Envelope.Whole<ExchangeRequest> whole)) {
      throw new IllegalArgumentException("request: " + envelope + " (expected: a whole one)");
    }
    ExchangeRequest request = whole.message();
    WireHeader header = new WireHeader();
    header.int64(CALL_FIELD_NUMBER, request.call());
    ByteBuf payload = Unpooled.EMPTY_BUFFER;
    if (request instanceof ExchangeRequest.Write write) {
      payload = write.frame().payload();
      header.announceMessage(
          WRITE_FIELD_NUMBER,
          WriteFrameMarshaller.headerOf(write.frame()),
          payload.readableBytes());
    } else if (request instanceof ExchangeRequest.Read read) {
      header.message(READ_FIELD_NUMBER, ChunkMessages.encodeRange(read.range()));
    } else {
      header.bool(CANCEL_FIELD_NUMBER, true);
    }
    return new FrameStream(header.toBytes(), payload);
  }

  @Override
  public Envelope<ExchangeRequest> parse(InputStream stream) {
    Parts parts = new Parts();
    try {
      parts.read(new WireFields(stream, allocator));
      return new Envelope.Whole<>(parts.takeRequest());
    } catch (MalformedException e) {
      return e.toEnvelope("ExchangeRequest");
    } catch (IOException e) {
      return new MalformedException(e.toString()).toEnvelope("ExchangeRequest");
    } finally {
      parts.release();
    }
  }

  private static ReadRange range(byte[] bytes) throws MalformedException {
    try {
      return ChunkMessages.decodeRange(ReadRequest.parseFrom(bytes));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new MalformedException("read: " + e.getMessage());
    }
  }

  /** The fields that came so far; of a field that comes twice the last value counts. */
  private static final class Parts {
    private long call;
    private boolean cancel;
    private @Nullable ReadRange range;
    private @Nullable WriteFrame frame;

    void read(WireFields fields) throws IOException, MalformedException {
      while (fields.hasNext()) {
        int tag = fields.nextTag();
        switch (tag) {
          case CALL -> call = fields.int64();
          case CANCEL -> cancel = fields.bool();
          case READ -> range = range(fields.bytes("read", READ_LIMIT_BYTES));
          case WRITE -> {
            release();
            frame = WriteFrameMarshaller.parse(fields.message("write"));
          }
          default -> fields.skip(tag);
        }
      }
    }

    ExchangeRequest takeRequest() throws MalformedException {
      ReadRange wanted = range;
      WriteFrame given = frame;
      int kinds = (cancel ? 1 : 0) + (wanted == null ? 0 : 1) + (given == null ? 0 : 1);
      if (kinds != 1) {
        throw new MalformedException(
            "call " + call + ": " + kinds + " of cancel, read and write (expected: one)");
      }
      if (wanted != null) {
        if (!ExchangeRequest.Read.fits(wanted)) {
          throw new MalformedException(
              "read: "
                  + wanted.length()
                  + " bytes (expected: <= "
                  + ExchangeRequest.LIMIT_BYTES
                  + ")");
        }
        return new ExchangeRequest.Read(call, wanted);
      }
      if (given == null) {
        return new ExchangeRequest.Cancel(call);
      }
      if (!ExchangeRequest.Write.fits(given)) {
        throw new MalformedException(
            "write: not a whole chunk of up to "
                + ExchangeRequest.LIMIT_BYTES
                + " bytes (expected: an opening and the finish in one frame)");
      }
      frame = null;
      return new ExchangeRequest.Write(call, given);
    }

    void release() {
      if (frame != null) {
        frame.release();
        frame = null;
      }
    }
  }
}
