package io.shoal.common.transport;

import static io.shoal.common.transport.ChunkTransportContract.directBuffer;
import static io.shoal.common.transport.ChunkTransportContract.randomBytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.internal.MessageFramer;
import io.grpc.internal.StatsTraceContext;
import io.grpc.internal.WritableBuffer;
import io.netty.buffer.ByteBuf;
import io.shoal.common.testing.NoLeaks;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Payloads on their way through gRPC's own framer. That whole messages arrive, contracts show. */
@ExtendWith(NoLeaks.class)
final class PayloadHandOverTest {
  private static final byte[] HEADER = {1, 2, 3};

  private final List<WritableBuffer> delivered = new ArrayList<>();
  private final MessageFramer framer =
      new MessageFramer(
          (frame, endOfStream, flush, messages) -> delivered.add(frame),
          HeapBuffer::new,
          StatsTraceContext.NOOP);

  @Test
  void find_thisGrpc_takesBuffers() {
    assertThat(PayloadHandOver.find().isPossible())
        .as("gRPC takes buffers; after an upgrade: see what became of its framer")
        .isTrue();
  }

  @Test
  void writePayload_big_isHandedOverAndBelongsToTheTransport() {
    ByteBuf payload = directBuffer(randomBytes(100_000, 1)).skipBytes(1_000);

    framer.writePayload(new FrameStream(HEADER, payload, PayloadHandOver.find()));
    framer.flush();

    assertThat(payload.refCnt()).isEqualTo(2);
    assertThat(payload.readableBytes()).isEqualTo(99_000);
    assertThat(delivered).extracting(WritableBuffer::readableBytes).containsExactly(5, 3, 99_000);
    assertThat(delivered.get(2).writableBytes()).as("nothing may be added to it").isZero();
    delivered.get(2).release();
    assertThat(payload.refCnt()).isEqualTo(1);
    payload.release();
  }

  @Test
  void writePayload_small_isCopied() {
    ByteBuf payload = directBuffer(randomBytes(PayloadHandOver.COPY_BELOW_BYTES - 1, 1));
    framer.writePayload(new FrameStream(HEADER, payload, PayloadHandOver.find()));
    framer.flush();
    assertThat(payload.refCnt()).isEqualTo(1);
    payload.release();
  }

  @Test
  void writePayload_grpcThatLooksDifferent_isCopied() {
    for (PayloadHandOver different :
        List.of(
            PayloadHandOver.NONE,
            PayloadHandOver.find("io.grpc.internal.NoSuchFramer", "bufferList"),
            PayloadHandOver.find("io.grpc.internal.MessageFramer", "bufferList"))) {
      delivered.clear();
      byte[] bytes = randomBytes(100_000, 1);
      ByteBuf payload = directBuffer(bytes);

      framer.writePayload(new FrameStream(HEADER, payload, different));
      framer.flush();

      assertThat(different.isPossible()).isFalse();
      assertThat(payload.refCnt()).isEqualTo(1);
      ByteArrayOutputStream sent = new ByteArrayOutputStream();
      delivered.forEach(buffer -> sent.writeBytes(((HeapBuffer) buffer).bytes.toByteArray()));
      byte[] message = sent.toByteArray();
      assertThat(message).hasSize(5 + HEADER.length + bytes.length);
      assertThat(message).endsWith(bytes);
      payload.release();
    }
  }

  /** What gRPC collects bytes in. */
  private static final class HeapBuffer implements WritableBuffer {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final int capacity;

    HeapBuffer(int capacity) {
      this.capacity = capacity;
    }

    @Override
    public void write(byte[] source, int start, int length) {
      bytes.write(source, start, length);
    }

    @Override
    public void write(byte value) {
      bytes.write(value);
    }

    @Override
    public int writableBytes() {
      return capacity - bytes.size();
    }

    @Override
    public int readableBytes() {
      return bytes.size();
    }

    @Override
    public void release() {}
  }
}
