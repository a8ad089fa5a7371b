package io.shoal.common.transport;

import static io.shoal.proto.v1.ExchangeReply.ACK_FIELD_NUMBER;
import static io.shoal.proto.v1.ExchangeReply.CALL_FIELD_NUMBER;
import static io.shoal.proto.v1.ExchangeReply.FAILURE_FIELD_NUMBER;
import static io.shoal.proto.v1.ExchangeReply.FRAME_FIELD_NUMBER;
import static io.shoal.proto.v1.ExchangeReply.LAST_FIELD_NUMBER;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.MethodDescriptor.Marshaller;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.proto.v1.Error;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** {@code shoal.v1.ExchangeReply}, without protobuf code touching the payload. */
final class ExchangeReplyMarshaller implements Marshaller<Envelope<ExchangeReply>> {
  private static final int CALL = CALL_FIELD_NUMBER << 3 | WireFields.VARINT;
  private static final int LAST = LAST_FIELD_NUMBER << 3 | WireFields.VARINT;
  private static final int FAILURE = FAILURE_FIELD_NUMBER << 3 | WireFields.BYTES;
  private static final int ACK = ACK_FIELD_NUMBER << 3 | WireFields.BYTES;
  private static final int FRAME = FRAME_FIELD_NUMBER << 3 | WireFields.BYTES;

  /** Texts of errors are cut before they are sent; nothing legitimate comes near it. */
  private static final int MESSAGE_LIMIT_BYTES = 64 << 10;

  private final ByteBufAllocator allocator;

  ExchangeReplyMarshaller(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  @Override
  public InputStream stream(Envelope<ExchangeReply> envelope) {
    if (!(envelope instanceof Envelope.Whole<ExchangeReply> whole)) {
      throw new IllegalArgumentException("reply: " + envelope + " (expected: a whole one)");
    }
    ExchangeReply reply = whole.message();
    WireHeader header = new WireHeader();
    header.int64(CALL_FIELD_NUMBER, reply.call());
    header.bool(LAST_FIELD_NUMBER, reply.last());
    ByteBuf payload = Unpooled.EMPTY_BUFFER;
    if (reply instanceof ExchangeReply.Delivered delivered) {
      payload = delivered.frame().payload();
      header.announceMessage(
          FRAME_FIELD_NUMBER,
          ReadFrameMarshaller.headerOf(delivered.frame()),
          payload.readableBytes());
    } else if (reply instanceof ExchangeReply.Acknowledged acknowledged) {
      header.message(ACK_FIELD_NUMBER, ChunkMessages.encodeAck(acknowledged.ack()));
    } else if (reply instanceof ExchangeReply.Ended ended && ended.failure() != null) {
      header.message(FAILURE_FIELD_NUMBER, RpcErrors.toProto(ended.failure()));
    }
    return new FrameStream(header.toBytes(), payload);
  }

  @Override
  public Envelope<ExchangeReply> parse(InputStream stream) {
    Parts parts = new Parts();
    try {
      parts.read(new WireFields(stream, allocator));
      return new Envelope.Whole<>(parts.takeReply());
    } catch (MalformedException e) {
      return e.toEnvelope("ExchangeReply");
    } catch (IOException e) {
      return new MalformedException(e.toString()).toEnvelope("ExchangeReply");
    } finally {
      parts.release();
    }
  }

  /** The fields that came so far; of a field that comes twice the last value counts. */
  private static final class Parts {
    private long call;
    private boolean last;
    private @Nullable ShoalException failure;
    private @Nullable WriteAck ack;
    private @Nullable ReadFrame frame;

    void read(WireFields fields) throws IOException, MalformedException {
      while (fields.hasNext()) {
        int tag = fields.nextTag();
        switch (tag) {
          case CALL -> call = fields.int64();
          case LAST -> last = fields.bool();
          case FAILURE -> failure = failure(fields.bytes("failure", MESSAGE_LIMIT_BYTES));
          case ACK -> ack = ack(fields.bytes("ack", MESSAGE_LIMIT_BYTES));
          case FRAME -> {
            release();
            frame = ReadFrameMarshaller.parse(fields.message("frame"));
          }
          default -> fields.skip(tag);
        }
      }
    }

    private static ShoalException failure(byte[] bytes) throws MalformedException {
      try {
        return RpcErrors.fromProto(Error.parseFrom(bytes));
      } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
        throw new MalformedException("failure: " + e.getMessage());
      }
    }

    private static WriteAck ack(byte[] bytes) throws MalformedException {
      try {
        return ChunkMessages.decodeAck(io.shoal.proto.v1.WriteAck.parseFrom(bytes));
      } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
        throw new MalformedException("ack: " + e.getMessage());
      }
    }

    ExchangeReply takeReply() throws MalformedException {
      ReadFrame delivered = frame;
      if (failure != null) {
        return new ExchangeReply.Ended(call, failure);
      }
      if (delivered != null) {
        frame = null;
        return new ExchangeReply.Delivered(call, last, delivered);
      }
      if (ack != null) {
        return new ExchangeReply.Acknowledged(call, last, ack);
      }
      if (!last) {
        throw new MalformedException(
            "call " + call + ": nothing (expected: an ack, a frame, a failure or the end)");
      }
      return new ExchangeReply.Ended(call, null);
    }

    void release() {
      if (frame != null) {
        frame.release();
        frame = null;
      }
    }
  }
}
