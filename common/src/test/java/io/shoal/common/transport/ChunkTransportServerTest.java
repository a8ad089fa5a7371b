package io.shoal.common.transport;

import static io.shoal.common.transport.ChunkTransportContract.LIMITS;
import static io.shoal.common.transport.ChunkTransportContract.frame;
import static io.shoal.common.transport.ChunkTransportContract.opening;
import static io.shoal.common.transport.ScriptedHandler.take;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.shoal.common.buffer.BufferPool;
import io.shoal.common.buffer.BufferSettings;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcChannels;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.FakeClock;
import io.shoal.common.testing.NoLeaks;
import io.shoal.common.transport.ChunkTransportContract.Listening;
import io.shoal.proto.v1.ChunkServiceGrpc;
import io.shoal.proto.v1.DescribeChunksRequest;
import io.shoal.proto.v1.ReadRequest;
import io.shoal.proto.v1.WriteOpen;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What our server end does with clients that are not as they should be, and with handlers that
 * throw.
 */
@ExtendWith(NoLeaks.class)
final class ChunkTransportServerTest {
  private final ScriptedHandler handler = new ScriptedHandler();
  private EventLoops loops;
  private Listening server;
  private ManagedChannel channel;
  private HostPort node;

  @BeforeEach
  void start() {
    loops =
        EventLoops.start(
            "test", 2, BufferPool.create(BufferSettings.withMaxBytes(256L << 20)).allocator());
    server = Ends.ourServer(loops, handler, 0);
    node = server.address();
    channel = RpcChannels.open(node, loops, RpcSettings.defaults());
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.close();
    loops.close();
  }

  private ShoalException failureOf(MethodDescriptor<?, ?> method, byte[]... messages) {
    return RawChunkCalls.failureOf(channel, method, node, messages);
  }

  private ShoalException writeFailure(byte[] frame) {
    CompletableFuture<ShoalException> failure =
        CompletableFuture.supplyAsync(
            () -> failureOf(ChunkServiceGrpc.getWriteChunkMethod(), frame));
    ScriptedHandler.Write write = take(handler.writes);
    write.replies.request(1);
    ShoalException toSink = Await.result(write.aborted);
    ShoalException toClient = Await.result(failure);
    assertThat(write.frames).isEmpty();
    assertThat(toSink.code()).isIn(toClient.code(), ErrorCode.CANCELLED);
    return toClient;
  }

  @Test
  void write_payloadShorterThanAnnounced_isRefused() {
    ShoalException failure = writeFailure(new byte[] {0x7A, 5, 1, 2, 3});

    assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(failure.getMessage())
        .isEqualTo("malformed WriteFrame: payload: 3 bytes left (announced: 5)");
  }

  @Test
  void write_garbage_isRefused() {
    byte[][] garbage = {
      {0x10},
      {0x07, 0x01},
      {0x0A, 0x02, (byte) 0xFF, (byte) 0xFF},
      "GET / HTTP/1.1".getBytes(StandardCharsets.UTF_8)
    };
    for (byte[] bytes : garbage) {
      assertThat(writeFailure(bytes).code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }
  }

  @Test
  void write_openingWithoutNode_isRefused() {
    byte[] bytes =
        io.shoal.proto.v1.WriteFrame.newBuilder()
            .setOpen(WriteOpen.newBuilder().setWriterNonce(1))
            .build()
            .toByteArray();

    assertThat(writeFailure(bytes).getMessage()).contains("NodeId: 0 (expected: > 0)");
  }

  @Test
  void write_payloadOverTheLimit_isRefused() {
    byte[] bytes =
        io.shoal.proto.v1.WriteFrame.newBuilder()
            .setPayload(ByteString.copyFrom(new byte[WriteFrame.PAYLOAD_LIMIT_BYTES + 1]))
            .build()
            .toByteArray();

    ShoalException failure = writeFailure(bytes);
    assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(failure.getMessage()).contains("4194305 bytes (expected: <= 4194304)");
  }

  @Test
  void write_messageFarOverTheLimit_isRefusedBeforeItIsTakenIn() {
    byte[] bytes =
        io.shoal.proto.v1.WriteFrame.newBuilder()
            .setPayload(ByteString.copyFrom(new byte[2 * WriteFrame.PAYLOAD_LIMIT_BYTES]))
            .build()
            .toByteArray();

    assertThat(writeFailure(bytes).code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
  }

  @Test
  void read_impossibleRanges_areRefusedAtOnce() {
    ReadRequest good =
        ReadRequest.newBuilder().setChunkId(1).setNodeId(1).setOffset(0).setLength(1).build();
    List<ReadRequest> bad =
        List.of(
            good.toBuilder().setLength(0).build(),
            good.toBuilder().setLength(-1).build(),
            good.toBuilder().setOffset(-1).build(),
            good.toBuilder().setOffset(Integer.MAX_VALUE).setLength(1).build(),
            good.toBuilder().setOffset(1 << 30).setLength(Integer.MAX_VALUE).build(),
            good.toBuilder().setChunkId(0).build(),
            good.toBuilder().setNodeId(0).build());
    for (ReadRequest request : bad) {
      ShoalException failure =
          failureOf(ChunkServiceGrpc.getReadChunkMethod(), request.toByteArray());
      assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }
    assertThat(handler.reads).isEmpty();
  }

  @Test
  void read_noneOrTwoRequests_areRefused() {
    byte[] request =
        ReadRequest.newBuilder().setChunkId(1).setNodeId(1).setLength(1).build().toByteArray();

    assertThat(failureOf(ChunkServiceGrpc.getReadChunkMethod()).getMessage())
        .contains("no request");
    assertThat(failureOf(ChunkServiceGrpc.getReadChunkMethod(), request, request).code())
        .isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(handler.reads).isEmpty();
  }

  @Test
  void describe_tooManyChunks_isRefused() {
    DescribeChunksRequest.Builder request = DescribeChunksRequest.newBuilder();
    for (int i = 1; i <= ChunkTransport.DESCRIBE_LIMIT + 1; i++) {
      request.addChunkIds(i);
    }

    ShoalException failure =
        failureOf(ChunkServiceGrpc.getDescribeChunksMethod(), request.build().toByteArray());
    assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(failure.getMessage()).contains("10001 (expected: <= 10000)");
  }

  @Test
  void handlerThrows_clientGetsTheError() {
    handler.describer =
        chunks -> {
          throw new ShoalException(ErrorCode.VOLUME_FENCED, "volume 1", "it broke");
        };
    try (ChunkTransport client = Ends.ourClient(loops, new FakeClock())) {
      ShoalException failure =
          Await.failure(
              client.describe(node, List.of(new ChunkId(1)), ChunkTransportContract.soon()));
      assertThat(failure.code()).isEqualTo(ErrorCode.VOLUME_FENCED);
    }
  }

  @Test
  void write_endedByTheNode_framesUnderWayAreReleased() {
    try (ChunkTransport client = Ends.ourClient(loops, new FakeClock())) {
      RecordedStream acks = new RecordedStream();
      WriteStream stream = client.openWrite(node, LIMITS, acks);
      for (int i = 0; i < 20; i++) {
        stream.send(frame(i << 18, new byte[1 << 18], i == 0 ? opening() : null));
      }
      ScriptedHandler.Write write = take(handler.writes);
      write.replies.request(10);
      take(write.frames);
      write.replies.fail(new ShoalException(ErrorCode.FENCED, "chunk", "another writer"));

      assertThat(acks.failure().code()).isEqualTo(ErrorCode.FENCED);
    }
  }
}
