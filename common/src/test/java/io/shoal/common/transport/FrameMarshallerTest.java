package io.shoal.common.transport;

import static io.shoal.common.transport.ChunkTransportContract.directBuffer;
import static io.shoal.common.transport.ChunkTransportContract.opening;
import static io.shoal.common.transport.ChunkTransportContract.randomBytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.grpc.Detachable;
import io.grpc.Drainable;
import io.grpc.HasByteBuffer;
import io.grpc.KnownLength;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.shoal.common.testing.NoLeaks;
import io.shoal.common.testing.Property;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The marshallers by hand against protobuf's own code. */
@ExtendWith(NoLeaks.class)
final class FrameMarshallerTest {
  private final WriteFrameMarshaller writes =
      new WriteFrameMarshaller(UnpooledByteBufAllocator.DEFAULT);
  private final ReadFrameMarshaller reads =
      new ReadFrameMarshaller(UnpooledByteBufAllocator.DEFAULT);

  private static byte[] drained(InputStream stream) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int announced = stream.available();
    assertThat(((Drainable) stream).drainTo(out)).isEqualTo(announced);
    assertThat(stream.available()).isZero();
    assertThat(stream.read()).isEqualTo(-1);
    return out.toByteArray();
  }

  private static WriteFrame whole(Envelope<WriteFrame> envelope) {
    assertThat(envelope).isInstanceOf(Envelope.Whole.class);
    return ((Envelope.Whole<WriteFrame>) envelope).message();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 127, 128, 20_000, 4 << 20})
  void write_stream_isWhatProtobufReads(int length) throws IOException {
    byte[] bytes = randomBytes(length, length);
    ByteBuf payload = directBuffer(bytes);
    WriteFrame frame =
        new WriteFrame(opening(), Integer.MAX_VALUE, 0x8000_0001, true, false, payload);

    io.shoal.proto.v1.WriteFrame message =
        io.shoal.proto.v1.WriteFrame.parseFrom(drained(writes.stream(new Envelope.Whole<>(frame))));

    assertThat(message.getPayload().toByteArray()).isEqualTo(bytes);
    assertThat(message.getOffset()).isEqualTo(Integer.MAX_VALUE);
    assertThat(message.getCrc32C()).isEqualTo(0x8000_0001);
    assertThat(message.getFlush()).isTrue();
    assertThat(message.getFinish()).isFalse();
    assertThat(message.getOpen().getGrant()).isEqualTo(opening().grant().toProto());
    assertThat(message.getOpen().getWriterNonce()).isEqualTo(opening().writerNonce());
    assertThat(message.getOpen().getNodeId()).isEqualTo(7);
    assertThat(payload.refCnt()).as("the payload is borrowed").isEqualTo(1);
    assertThat(payload.readerIndex()).isZero();
    frame.release();
  }

  @Test
  void stream_readInPieces_givesTheSameBytes() throws IOException {
    byte[] bytes = randomBytes(1_000, 1);
    ReadFrame frame = new ReadFrame(300, 5, directBuffer(bytes));
    byte[] drained = drained(reads.stream(new Envelope.Whole<>(frame)));

    for (int piece : new int[] {1, 3, 7, 64, 5_000}) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      InputStream stream = reads.stream(new Envelope.Whole<>(frame));
      byte[] part = new byte[piece];
      for (int read = stream.read(part); read >= 0; read = stream.read(part)) {
        out.write(part, 0, read);
      }
      assertThat(out.toByteArray()).isEqualTo(drained);
    }
    assertThat(reads.stream(new Envelope.Whole<>(frame)).readAllBytes()).isEqualTo(drained);
    frame.release();
  }

  /** Any order of fields, fields that come twice, fields of a later version. */
  @Test
  void write_parse_isWhatProtobufReads() {
    Property.check(
        2_000,
        random -> {
          byte[] wire = randomWriteFrame(random);
          io.shoal.proto.v1.WriteFrame expected = io.shoal.proto.v1.WriteFrame.parseFrom(wire);

          WriteFrame frame = whole(writes.parse(new ByteArrayInputStream(wire)));

          assertThat(ByteBufUtil.getBytes(frame.payload()))
              .isEqualTo(expected.getPayload().toByteArray());
          assertThat(frame.offset()).isEqualTo(expected.getOffset());
          assertThat(frame.crc32c()).isEqualTo(expected.getCrc32C());
          assertThat(frame.flush()).isEqualTo(expected.getFlush());
          assertThat(frame.finish()).isEqualTo(expected.getFinish());
          frame.release();
        });
  }

  private static byte[] randomWriteFrame(RandomGenerator random) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    int fields = random.nextInt(8);
    for (int i = 0; i < fields; i++) {
      switch (random.nextInt(9)) {
        case 0 -> out.writeUInt32(2, random.nextInt() >>> 1);
        case 1 -> out.writeFixed32(3, random.nextInt());
        case 2 -> out.writeBool(4, random.nextBoolean());
        case 3 -> out.writeBool(5, random.nextBoolean());
        case 4 -> out.writeBytes(15, ByteString.copyFrom(randomBytes(random.nextInt(40_000), i)));
        case 5 -> out.writeUInt64(99, random.nextLong());
        case 6 -> out.writeFixed64(6, random.nextLong());
        case 7 -> out.writeString(1_000_000, "later");
        default -> out.writeFixed32(16, random.nextInt());
      }
    }
    out.flush();
    return bytes.toByteArray();
  }

  /** Whatever comes: a frame or a typed error, never an exception and never a leak. */
  @Test
  void parse_damagedBytes_neverThrows() {
    Property.check(
        5_000,
        random -> {
          byte[] wire = randomWriteFrame(random);
          for (int flips = 1 + random.nextInt(3); flips > 0 && wire.length > 0; flips--) {
            wire[random.nextInt(Math.min(64, wire.length))] ^= (byte) (1 << random.nextInt(8));
          }
          byte[] cut = Arrays.copyOf(wire, random.nextInt(wire.length + 1));
          if (writes.parse(new ByteArrayInputStream(cut))
              instanceof Envelope.Whole<WriteFrame> frame) {
            frame.message().release();
          }
          if (reads.parse(new ByteArrayInputStream(cut))
              instanceof Envelope.Whole<ReadFrame> frame) {
            frame.message().release();
          }
        });
  }

  @Test
  void parse_transportBuffers_areTakenWithoutCopy() {
    byte[] bytes = randomBytes(100_000, 1);
    Pieces pieces = new Pieces(readFrame(bytes), 16_384, -1);

    ReadFrame frame = ((Envelope.Whole<ReadFrame>) reads.parse(pieces)).message();
    pieces.close();

    assertThat(pieces.released()).isFalse();
    assertThat(ByteBufUtil.getBytes(frame.payload())).isEqualTo(bytes);
    ByteBuf slice = frame.payload().retainedSlice(10, 20);
    frame.release();
    assertThat(pieces.released()).isFalse();
    slice.release();
    assertThat(pieces.released()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 6})
  void parse_pieceWithoutView_isCopied(int withoutView) {
    byte[] bytes = randomBytes(100_000, 1);
    Pieces pieces = new Pieces(readFrame(bytes), 16_384, withoutView);

    ReadFrame frame = ((Envelope.Whole<ReadFrame>) reads.parse(pieces)).message();

    assertThat(pieces.released()).isTrue();
    assertThat(ByteBufUtil.getBytes(frame.payload())).isEqualTo(bytes);
    frame.release();
  }

  @Test
  void parse_smallPayload_isCopiedAndDoesNotHoldTheTransportsBuffers() {
    Pieces pieces = new Pieces(readFrame(randomBytes(1_000, 1)), 16_384, -1);

    ReadFrame frame = ((Envelope.Whole<ReadFrame>) reads.parse(pieces)).message();
    pieces.close();

    assertThat(pieces.released()).isTrue();
    frame.release();
  }

  private static byte[] readFrame(byte[] bytes) {
    return io.shoal.proto.v1.ReadFrame.newBuilder()
        .setOffset(1)
        .setPayload(ByteString.copyFrom(bytes))
        .build()
        .toByteArray();
  }

  /** A received message as gRPC hands it over: in pieces, with marks, detachable. */
  private static final class Pieces extends InputStream
      implements KnownLength, HasByteBuffer, Detachable {
    private final Shared shared;
    private boolean detached;

    private static final class Shared {
      private final ByteBuf bytes;
      private final int pieceBytes;
      private final int withoutView;
      private boolean marked;

      Shared(byte[] wire, int pieceBytes, int withoutView) {
        this.bytes = Unpooled.directBuffer(wire.length).writeBytes(wire);
        this.pieceBytes = pieceBytes;
        this.withoutView = withoutView;
      }
    }

    Pieces(byte[] wire, int pieceBytes, int withoutView) {
      this(new Shared(wire, pieceBytes, withoutView));
    }

    private Pieces(Shared shared) {
      this.shared = shared;
    }

    boolean released() {
      return shared.bytes.refCnt() == 0;
    }

    @Override
    public int available() {
      return detached ? 0 : shared.bytes.readableBytes();
    }

    @Override
    public int read() {
      return available() == 0 ? -1 : shared.bytes.readUnsignedByte();
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (available() == 0) {
        return -1;
      }
      int count = Math.min(length, available());
      shared.bytes.readBytes(target, offset, count);
      return count;
    }

    @Override
    public long skip(long count) {
      int skipped = (int) Math.min(count, available());
      shared.bytes.skipBytes(skipped);
      return skipped;
    }

    @Override
    public boolean markSupported() {
      return true;
    }

    @Override
    public synchronized void mark(int limit) {
      shared.marked = true;
      shared.bytes.markReaderIndex();
    }

    @Override
    public synchronized void reset() {
      shared.bytes.resetReaderIndex();
    }

    @Override
    public boolean byteBufferSupported() {
      return true;
    }

    @Override
    public @Nullable ByteBuffer getByteBuffer() {
      assertThat(shared.marked).as("pieces are kept only behind a mark").isTrue();
      int index = shared.bytes.readerIndex();
      if (index / shared.pieceBytes == shared.withoutView) {
        return null;
      }
      int end =
          Math.min(shared.bytes.writerIndex(), (index / shared.pieceBytes + 1) * shared.pieceBytes);
      return shared.bytes.nioBuffer(index, end - index);
    }

    @Override
    public InputStream detach() {
      detached = true;
      return new Pieces(shared);
    }

    @Override
    public void close() {
      if (!detached && !released()) {
        shared.bytes.release();
      }
    }
  }
}
