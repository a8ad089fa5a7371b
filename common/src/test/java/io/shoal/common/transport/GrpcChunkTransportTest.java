package io.shoal.common.transport;

import static io.shoal.common.transport.ChunkTransportContract.CHUNK;
import static io.shoal.common.transport.ChunkTransportContract.LIMITS;
import static io.shoal.common.transport.ChunkTransportContract.NODE;
import static io.shoal.common.transport.ChunkTransportContract.cancelled;
import static io.shoal.common.transport.ChunkTransportContract.closed;
import static io.shoal.common.transport.ChunkTransportContract.directBuffer;
import static io.shoal.common.transport.ChunkTransportContract.frame;
import static io.shoal.common.transport.ChunkTransportContract.opening;
import static io.shoal.common.transport.ChunkTransportContract.randomBytes;
import static io.shoal.common.transport.ChunkTransportContract.soon;
import static io.shoal.common.transport.ScriptedHandler.take;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.shoal.common.buffer.BufferPool;
import io.shoal.common.buffer.BufferSettings;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcServer;
import io.shoal.common.rpc.RpcServers;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.ClosedPort;
import io.shoal.common.testing.FakeClock;
import io.shoal.common.testing.NoLeaks;
import io.shoal.common.transport.ChunkTransportContract.Listening;
import io.shoal.proto.v1.ChunkServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What our client end does beyond the contract: it limits, checks and reconnects. */
@ExtendWith(NoLeaks.class)
final class GrpcChunkTransportTest {
  private final FakeClock clock = new FakeClock();
  private final ScriptedHandler handler = new ScriptedHandler();
  private EventLoops loops;
  private Listening server;
  private ChunkTransport client;
  private HostPort node;

  @BeforeEach
  void start() {
    loops =
        EventLoops.start(
            "test", 1, BufferPool.create(BufferSettings.withMaxBytes(256L << 20)).allocator());
    server = Ends.ourServer(loops, handler, 0);
    node = server.address();
    client = Ends.ourClient(loops, clock);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    loops.close();
  }

  // --- nothing hangs

  /** Lets time pass, and what falls due run: there is one event loop, which runs tasks in order. */
  private void pass(Duration time) {
    clock.advance(time);
    Await.result(CompletableFuture.runAsync(() -> {}, loops.executor()));
  }

  /**
   * Waits for a stream to be given up while time passes. In steps, because the watch runs on an
   * event loop: it may look at the clock before a step and set its next alarm behind it.
   */
  private ShoalException givenUp(RecordedStream stream) {
    Await.until(
        "the stream is given up",
        () -> {
          clock.advance(Duration.ofSeconds(1));
          return stream.isClosed();
        });
    return stream.failure();
  }

  @Test
  void read_silentNode_failsAfterTheIdleTimeout() {
    RecordedStream frames = new RecordedStream();
    client.openRead(node, new ReadRange(CHUNK, 0, 40, NODE), LIMITS, frames).request(4);
    ScriptedHandler.Reply<ReadRange, ReadFrame> read = take(handler.reads);
    for (int i = 0; i < 3; i++) {
      pass(Duration.ofSeconds(29));
      read.replies.send(new ReadFrame(i * 10, 0, directBuffer(new byte[10])));
      take(frames.frames);
    }

    ShoalException failure = givenUp(frames);
    assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(failure.getMessage()).contains(node.toString()).contains("30000 ms");
    Await.result(read.aborted);
  }

  @Test
  void read_nodeNeverEndsTheStream_failsAfterTheIdleTimeout() {
    RecordedStream frames = new RecordedStream();
    client.openRead(node, new ReadRange(CHUNK, 0, 10, NODE), LIMITS, frames).request(1);
    take(handler.reads).replies.send(new ReadFrame(0, 0, directBuffer(new byte[10])));
    take(frames.frames);

    assertThat(givenUp(frames).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
  }

  @Test
  void read_pausedByReader_neverTimesOut() {
    RecordedStream frames = new RecordedStream();
    ReadStream stream = client.openRead(node, new ReadRange(CHUNK, 0, 20, NODE), LIMITS, frames);
    ScriptedHandler.Reply<ReadRange, ReadFrame> read = take(handler.reads);
    pass(Duration.ofHours(10));
    for (int i = 0; i < 2; i++) {
      stream.request(1);
      read.replies.send(new ReadFrame(i * 10, 0, directBuffer(new byte[10])));
      take(frames.frames);
      if (i == 0) {
        pass(Duration.ofHours(10));
      }
    }

    read.replies.finish();
    frames.success();
  }

  @Test
  void write_bytesNotAcknowledged_failsAfterTheIdleTimeout() {
    RecordedStream acks = new RecordedStream();
    WriteStream stream = client.openWrite(node, LIMITS, acks);
    stream.send(frame(0, new byte[10], opening()));
    ScriptedHandler.Write write = take(handler.writes);
    write.replies.send(new WriteAck(0, 0, 0, 1));
    take(acks.acks);

    assertThat(givenUp(acks).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    Await.result(write.aborted);
  }

  @Test
  void write_flushNotAcknowledged_failsAfterTheIdleTimeout() {
    RecordedStream acks = new RecordedStream();
    WriteStream stream = client.openWrite(node, LIMITS, acks);
    stream.send(new WriteFrame(opening(), 0, 0, true, false, directBuffer(new byte[10])));
    take(handler.writes).replies.send(new WriteAck(10, 0, 0, 1));
    take(acks.acks);

    assertThat(givenUp(acks).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
  }

  @Test
  void write_nothingOutstanding_restsForDays() {
    RecordedStream acks = new RecordedStream();
    WriteStream stream = client.openWrite(node, LIMITS, acks);
    stream.send(new WriteFrame(opening(), 0, 0, true, false, directBuffer(new byte[10])));
    ScriptedHandler.Write write = take(handler.writes);
    write.replies.request(2);
    take(write.frames);
    write.replies.send(new WriteAck(10, 10, 0, 1));
    take(acks.acks);
    pass(Duration.ofDays(3));

    stream.send(new WriteFrame(null, 10, 0, true, false, directBuffer(new byte[10])));
    take(write.frames);
    write.replies.send(new WriteAck(20, 20, 0, 1));
    assertThat(take(acks.acks).durableBytes()).as("it still works").isEqualTo(20);

    stream.halfClose();
    assertThat(givenUp(acks).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
  }

  @Test
  void streamEnds_timersAreCalledOff() {
    RecordedStream frames = new RecordedStream();
    client.openRead(node, new ReadRange(CHUNK, 0, 10, NODE), LIMITS, frames).request(1);
    take(handler.reads).replies.fail(cancelled());
    frames.failure();
    RecordedStream large = new RecordedStream();
    client.openRead(node, new ReadRange(CHUNK, 0, 1 << 20, NODE), LIMITS, large).request(1);
    take(handler.reads).replies.fail(cancelled());
    large.failure();

    assertThat(clock.pendingTasks()).as("the look whether the small calls rest").isEqualTo(1);
  }

  // --- what the node says is checked

  @Test
  void read_streamEndsEarly_isReplicaShort() {
    RecordedStream frames = new RecordedStream();
    client.openRead(node, new ReadRange(CHUNK, 0, 20, NODE), LIMITS, frames).request(9);
    ScriptedHandler.Reply<ReadRange, ReadFrame> read = take(handler.reads);
    read.replies.send(new ReadFrame(0, 0, directBuffer(new byte[19])));
    read.replies.finish();

    ShoalException failure = frames.failure();
    assertThat(failure.code()).isEqualTo(ErrorCode.REPLICA_SHORT);
    assertThat(failure.getMessage()).contains("19").contains("expected: 20");
  }

  @Test
  void read_gapOrOverrun_isRefused() {
    int[][] wrongFrames = {{11, 5}, {9, 5}, {10, 11}};
    for (int[] wrong : wrongFrames) {
      RecordedStream frames = new RecordedStream();
      client.openRead(node, new ReadRange(CHUNK, 0, 20, NODE), LIMITS, frames).request(9);
      ScriptedHandler.Reply<ReadRange, ReadFrame> read = take(handler.reads);
      read.replies.send(new ReadFrame(0, 0, directBuffer(new byte[10])));
      read.replies.send(new ReadFrame(wrong[0], 0, directBuffer(new byte[wrong[1]])));

      assertThat(frames.failure().code()).isEqualTo(ErrorCode.CHECKSUM_MISMATCH);
      assertThat(frames.frames).hasSize(1);
      Await.result(read.aborted);
    }
  }

  @Test
  void inventory_notSorted_isRefused() {
    RecordedStream pages = new RecordedStream();
    client.openInventory(node, 5, LIMITS, pages).request(9);
    take(handler.inventories).replies.send(List.of(closed(7), closed(6)));

    assertThat(pages.failure().code()).isEqualTo(ErrorCode.INTERNAL);
    assertThat(pages.pages).isEmpty();
  }

  @Test
  void describe_otherChunksThanAsked_isRefused() {
    handler.describer =
        chunks -> CompletableFuture.completedFuture(List.of(ChunkReport.unknown(new ChunkId(99))));

    ShoalException failure = Await.failure(client.describe(node, List.of(CHUNK), soon()));

    assertThat(failure.code()).isEqualTo(ErrorCode.INTERNAL);
  }

  @Test
  void describe_cancelled_cancelsTheCall() {
    CompletableFuture<List<ChunkReport>> atNode = new CompletableFuture<>();
    CompletableFuture<Boolean> called = new CompletableFuture<>();
    handler.describer =
        chunks -> {
          called.complete(true);
          return atNode;
        };
    CompletableFuture<List<ChunkReport>> described = client.describe(node, List.of(CHUNK), soon());
    Await.result(called);

    described.cancel(false);

    Await.until("the node hears of it", atNode::isCancelled);
  }

  @Test
  void malformedFrames_failWithTypedErrors() {
    byte[][] malformed = {
      {(byte) 0x7A, 5, 1, 2, 3}, // payload of 5 bytes announced, 3 there
      {(byte) 0x7A, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x07}, // 2 GiB announced
      {
        0x08, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x01
      }, // offset of 41 bits
      {0x08}, // ends within a field
      {0x0B, 0x0C}, // a group, which proto3 does not have
      {}, // no payload
    };
    for (byte[] bytes : malformed) {
      RecordedStream frames = new RecordedStream();
      try (RpcServer raw =
          RpcServers.start(
              new HostPort("127.0.0.1", 0),
              List.of(RawChunkCalls.answering(ChunkServiceGrpc.getReadChunkMethod(), bytes)),
              loops,
              RpcSettings.defaults())) {
        client
            .openRead(raw.address(), new ReadRange(CHUNK, 0, 20, NODE), LIMITS, frames)
            .request(9);
        ShoalException failure = frames.failure();
        assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(failure.getMessage()).startsWith("malformed ReadFrame: ");
      }
    }
  }

  // --- buffers

  @Test
  void payload_keptAfterEverythingIsClosed_isStillThere() {
    CompletableFuture<ByteBuf> kept = new CompletableFuture<>();
    byte[] bytes = randomBytes(1 << 20, 5);
    client
        .openRead(
            node,
            new ReadRange(CHUNK, 0, bytes.length, NODE),
            LIMITS,
            new ReadListener() {
              @Override
              public void onFrame(ReadFrame frame) {
                kept.complete(frame.payload());
              }

              @Override
              public void onClosed(@Nullable ShoalException failure) {}
            })
        .request(1);
    take(handler.reads).replies.send(new ReadFrame(0, 0, directBuffer(bytes)));
    ByteBuf payload = Await.result(kept);
    client.close();
    server.close();

    assertThat(ByteBufUtil.getBytes(payload)).isEqualTo(bytes);
    payload.release();
  }

  // --- connections

  @Test
  void unreachableNode_failsFast() {
    try (ClosedPort nobody = new ClosedPort()) {
      RecordedStream frames = new RecordedStream();
      ReadRange range = new ReadRange(CHUNK, 0, 20, NODE);
      client.openRead(nobody.address(), range, LIMITS, frames).request(1);

      ShoalException failure = frames.failure();
      assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(failure.getMessage()).contains("cannot reach " + nobody.address());
    }
  }

  /** It accepts connections, for the system does that, and never says a word. */
  @Test
  void muteNode_framesSentMeanwhile_areReleasedWithTheStream() throws IOException {
    try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      HostPort silent = new HostPort("127.0.0.1", mute.getLocalPort());
      ByteBuf cancelledPayload = directBuffer(new byte[100]);
      RecordedStream cancelledAcks = new RecordedStream();
      WriteStream first = client.openWrite(silent, LIMITS, cancelledAcks);
      first.send(new WriteFrame(opening(), 0, 0, false, false, cancelledPayload));
      assertThat(cancelledPayload.refCnt()).as("it waits for the connection").isEqualTo(1);
      first.cancel(cancelled());
      assertThat(cancelledPayload.refCnt()).isZero();
      assertThat(cancelledAcks.failure().getMessage()).isEqualTo("enough");

      ByteBuf payload = directBuffer(new byte[100]);
      RecordedStream acks = new RecordedStream();
      client
          .openWrite(silent, LIMITS, acks)
          .send(new WriteFrame(opening(), 0, 0, false, false, payload));
      assertThat(givenUp(acks).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
      assertThat(payload.refCnt()).isZero();
    }
  }

  @Test
  void nodeComesBack_nextStreamWorksAtOnce() {
    server.close();
    for (int i = 0; i < 3; i++) {
      RecordedStream frames = new RecordedStream();
      client.openRead(node, new ReadRange(CHUNK, 0, 20, NODE), LIMITS, frames).request(1);
      frames.failure();
    }
    Await.until(
        "the system has freed the port",
        () -> {
          try {
            server = Ends.ourServer(loops, handler, node.port());
            return true;
          } catch (ShoalException taken) {
            return false;
          }
        });

    RecordedStream frames = new RecordedStream();
    client.openRead(node, new ReadRange(CHUNK, 0, 20, NODE), LIMITS, frames).request(1);
    ScriptedHandler.Reply<ReadRange, ReadFrame> read = take(handler.reads);
    read.replies.send(new ReadFrame(0, 0, directBuffer(new byte[20])));
    read.replies.finish();
    frames.success();
  }

  @Test
  void nodeLimit_makesRoomOnlyWhenNothingIsInUse() {
    try (Listening second = Ends.ourServer(loops, handler, 0);
        ChunkTransport narrow =
            new GrpcChunkTransport(
                loops, RpcSettings.defaults(), new TransportSettings(2, 1), clock, clock)) {
      RecordedStream frames = new RecordedStream();
      ReadRange range = new ReadRange(CHUNK, 0, 20, NODE);
      ReadStream stream = narrow.openRead(node, range, LIMITS, frames);
      take(handler.reads);

      ShoalException refused =
          catchThrowableOfType(
              ShoalException.class,
              () -> narrow.openRead(second.address(), range, LIMITS, new RecordedStream()));
      assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED);

      stream.cancel(cancelled());
      frames.failure();
      narrow.openRead(second.address(), range, LIMITS, new RecordedStream());
      take(handler.reads);
    }
  }

  @Test
  void closed_takesNoMoreStreams() {
    client.close();

    ShoalException refused =
        catchThrowableOfType(
            ShoalException.class,
            () ->
                client.openRead(
                    node, new ReadRange(CHUNK, 0, 20, NODE), LIMITS, new RecordedStream()));

    assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE);
  }
}
