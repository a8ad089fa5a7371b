package io.shoal.common.transport;

import static io.shoal.common.transport.ChunkTransportContract.CHUNK;
import static io.shoal.common.transport.ChunkTransportContract.LIMITS;
import static io.shoal.common.transport.ChunkTransportContract.NODE;
import static io.shoal.common.transport.ChunkTransportContract.cancelled;
import static io.shoal.common.transport.ChunkTransportContract.directBuffer;
import static io.shoal.common.transport.ChunkTransportContract.opening;
import static io.shoal.common.transport.ChunkTransportContract.randomBytes;
import static io.shoal.common.transport.ScriptedHandler.take;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.netty.buffer.ByteBuf;
import io.shoal.common.buffer.BufferPool;
import io.shoal.common.buffer.BufferSettings;
import io.shoal.common.checksum.Crc32c;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcChannels;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.rpc.RpcServer;
import io.shoal.common.rpc.RpcServers;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.FakeClock;
import io.shoal.common.testing.NoLeaks;
import io.shoal.common.testing.Property;
import io.shoal.proto.v1.ChunkServiceGrpc;
import io.shoal.proto.v1.ExchangeReply;
import io.shoal.proto.v1.ExchangeRequest;
import io.shoal.proto.v1.ReadRequest;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Small chunks and ranges, which travel on one stream. That they behave as streams of their own is
 * tested by the contract; here is what is different.
 */
@ExtendWith(NoLeaks.class)
final class SmallCallsTest {
  private final FakeClock clock = new FakeClock();
  private final ScriptedHandler handler = new ScriptedHandler();
  private EventLoops loops;
  private ChunkTransportServer transport;
  private RpcServer server;
  private ChunkTransport client;

  @BeforeEach
  void start() {
    loops =
        EventLoops.start(
            "test", 2, BufferPool.create(BufferSettings.withMaxBytes(256L << 20)).allocator());
    transport = new ChunkTransportServer(handler, RpcSettings.defaults(), loops.allocator());
    server =
        RpcServers.start(
            new HostPort("127.0.0.1", 0),
            List.of(transport.service()),
            loops,
            RpcSettings.defaults());
    client = Ends.ourClient(loops, clock);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    loops.close();
  }

  private RecordedStream write(HostPort node, byte[] bytes) {
    RecordedStream acks = new RecordedStream();
    WriteStream stream = client.openWrite(node, LIMITS, acks);
    stream.send(new WriteFrame(opening(), 0, Crc32c.of(bytes), false, true, directBuffer(bytes)));
    stream.halfClose();
    return acks;
  }

  private RecordedStream read(HostPort node, int length) {
    RecordedStream frames = new RecordedStream();
    client.openRead(node, new ReadRange(CHUNK, 5, length, NODE), LIMITS, frames).request(4);
    return frames;
  }

  /** A server of generated stubs sees what is on the wire: one stream, answered in any order. */
  @Test
  void calls_shareOneStream_andProtobufReadsIt() {
    AtomicInteger streams = new AtomicInteger();
    BlockingQueue<ExchangeRequest> requests = new LinkedBlockingQueue<>();
    List<StreamObserver<ExchangeReply>> replies = new ArrayList<>();
    ChunkServiceGrpc.ChunkServiceImplBase stock =
        new ChunkServiceGrpc.ChunkServiceImplBase() {
          @Override
          public StreamObserver<ExchangeRequest> exchange(StreamObserver<ExchangeReply> out) {
            streams.incrementAndGet();
            replies.add(out);
            return new StreamObserver<>() {
              @Override
              public void onNext(ExchangeRequest request) {
                requests.add(request);
              }

              @Override
              public void onError(Throwable failure) {
                // The client is closed at the end.
              }

              @Override
              public void onCompleted() {
                out.onCompleted();
              }
            };
          }
        };
    try (RpcServer stockServer =
        RpcServers.start(
            new HostPort("127.0.0.1", 0),
            List.of(stock.bindService()),
            loops,
            RpcSettings.defaults())) {
      byte[] bytes = randomBytes(100_000, 1);
      RecordedStream written = write(stockServer.address(), bytes);
      RecordedStream read = read(stockServer.address(), 20);
      ExchangeRequest first = take(requests);
      ExchangeRequest second = take(requests);

      assertThat(first.getWrite().getPayload().toByteArray()).isEqualTo(bytes);
      assertThat(first.getWrite().getFinish()).isTrue();
      assertThat(first.getWrite().getOpen().getNodeId()).isEqualTo(NODE.value());
      assertThat(second.getRead().getChunkId()).isEqualTo(CHUNK.value());
      assertThat(second.getRead().getLength()).isEqualTo(20);
      StreamObserver<ExchangeReply> out = replies.get(0);
      out.onNext(
          ExchangeReply.newBuilder()
              .setCall(second.getCall())
              .setFrame(frame(5, "first half"))
              .build());
      out.onNext(
          ExchangeReply.newBuilder()
              .setCall(second.getCall())
              .setFrame(frame(15, "other half"))
              .setLast(true)
              .build());
      out.onNext(
          ExchangeReply.newBuilder()
              .setCall(first.getCall())
              .setAck(io.shoal.proto.v1.WriteAck.newBuilder().setDurableBytes(100_000))
              .setLast(true)
              .build());
      assertThat(take(read.frames).bytes()).isEqualTo("first half".getBytes(UTF_8));
      assertThat(take(read.frames).bytes()).isEqualTo("other half".getBytes(UTF_8));
      read.success();
      assertThat(take(written.acks).durableBytes()).isEqualTo(100_000);
      written.success();

      RecordedStream failed = read(stockServer.address(), 20);
      ShoalException failure = new ShoalException(ErrorCode.CHUNK_UNKNOWN, "chunk 1", "not here");
      out.onNext(
          ExchangeReply.newBuilder()
              .setCall(take(requests).getCall())
              .setFailure(RpcErrors.toProto(failure))
              .build());
      assertThat(failed.failure().code()).isEqualTo(ErrorCode.CHUNK_UNKNOWN);
      assertThat(failed.failure().subject()).isEqualTo("chunk 1");
      assertThat(streams).hasValue(1);
    }
  }

  /** A connection can be refused before the stream that asked for it has taken a call. */
  @Test
  void call_streamThatHasEndedBefore_hearsWhy() {
    RecordedCaller refused = new RecordedCaller();
    exchangeWhoseStreamsEnd(Status.UNAVAILABLE.withDescription("refused by the test"))
        .read(new ReadRange(CHUNK, 0, 20, NODE), refused);
    assertThat(refused.heard).hasSize(1);
    assertThat(refused.heard.get(0)).contains("UNAVAILABLE", "refused by the test");

    RecordedCaller unsupported = new RecordedCaller();
    NodeExchange old = exchangeWhoseStreamsEnd(Status.UNIMPLEMENTED);
    old.read(new ReadRange(CHUNK, 0, 20, NODE), unsupported);
    assertThat(unsupported.heard).containsExactly("unsupported");
    assertThat(old.supported()).isFalse();
  }

  private NodeExchange exchangeWhoseStreamsEnd(Status status) {
    Channel channel =
        new Channel() {
          @Override
          public <Q, T> ClientCall<Q, T> newCall(
              MethodDescriptor<Q, T> method, CallOptions options) {
            return new EndedCall<>(status);
          }

          @Override
          public String authority() {
            return "test";
          }
        };
    return new NodeExchange(
        channel,
        new ChunkMethods(loops.allocator()),
        server.address(),
        1 << 20,
        new NodeExchange.Idle(Duration.ofMinutes(1), clock, loops.executor()));
  }

  /** Ends as it begins. */
  private static final class EndedCall<Q, T> extends ClientCall<Q, T> {
    private final Status status;

    EndedCall(Status status) {
      this.status = status;
    }

    @Override
    public void start(Listener<T> listener, Metadata headers) {
      listener.onClose(status, new Metadata());
    }

    @Override
    public void request(int count) {}

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {}

    @Override
    public void halfClose() {}

    @Override
    public void sendMessage(Q message) {}
  }

  private static final class RecordedCaller implements NodeExchange.Caller {
    final List<String> heard = new ArrayList<>();

    @Override
    public void onReply(io.shoal.common.transport.ExchangeReply reply) {
      reply.release();
      heard.add("reply");
    }

    @Override
    public void onBroken(ShoalException failure) {
      heard.add(failure.code() + ": " + failure.getMessage());
    }

    @Override
    public void onUnsupported() {
      heard.add("unsupported");
    }
  }

  private static io.shoal.proto.v1.ReadFrame frame(int offset, String text) {
    return io.shoal.proto.v1.ReadFrame.newBuilder()
        .setOffset(offset)
        .setPayload(ByteString.copyFromUtf8(text))
        .build();
  }

  @Test
  void manyCalls_areAnsweredInAnyOrder() {
    List<RecordedStream> written = new ArrayList<>();
    List<ScriptedHandler.Write> taken = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      written.add(write(server.address(), randomBytes(50, i)));
      if (i % 100 == 99) {
        for (int j = 0; j < 100; j++) {
          taken.add(take(handler.writes));
        }
        while (!taken.isEmpty()) {
          ScriptedHandler.Write last = taken.remove(taken.size() - 1);
          last.replies.request(1);
          int size = take(last.frames).bytes().length;
          assertThat(Await.result(last.end)).isTrue();
          last.replies.finish(new WriteAck(size, size, 7, 1));
        }
      }
    }
    for (RecordedStream stream : written) {
      assertThat(take(stream.acks)).isEqualTo(new WriteAck(50, 50, 7, 1));
      stream.success();
    }
  }

  @Test
  void write_cancelled_reachesTheNode_andReleasesTheFrame() {
    ByteBuf payload = directBuffer(new byte[100]);
    RecordedStream acks = new RecordedStream();
    WriteStream stream = client.openWrite(server.address(), LIMITS, acks);
    stream.send(new WriteFrame(opening(), 0, 0, false, true, payload.retainedDuplicate()));
    ScriptedHandler.Write write = take(handler.writes);

    stream.cancel(cancelled());

    assertThat(Await.result(write.aborted).code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(acks.failure().code()).isEqualTo(ErrorCode.CANCELLED);
    Await.until("only our reference is left", () -> payload.refCnt() == 1);
    payload.release();
    // What comes too late disturbs nobody.
    write.replies.finish(new WriteAck(100, 100, 0, 1));
    RecordedStream next = write(server.address(), new byte[1]);
    take(handler.writes).replies.finish(new WriteAck(1, 1, 0, 1));
    next.success();
  }

  @Test
  void handlerThrows_thatCallFails_andOthersGoOn() {
    RecordedStream open = read(server.address(), 10);
    ScriptedHandler.Reply<ReadRange, ReadFrame> reply = take(handler.reads);
    handler.refusal = new ShoalException(ErrorCode.OVERLOADED, "", "too much");

    assertThat(read(server.address(), 10).failure().code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(write(server.address(), new byte[1]).failure().code())
        .isEqualTo(ErrorCode.OVERLOADED);

    reply.replies.finish(new ReadFrame(5, 0, directBuffer(new byte[10])));
    assertThat(take(open.frames).bytes()).hasSize(10);
    open.success();
  }

  @Test
  void drain_endsTheStreamBehindItsCalls() {
    RecordedStream open = read(server.address(), 10);
    ScriptedHandler.Reply<ReadRange, ReadFrame> reply = take(handler.reads);

    transport.drain();
    reply.replies.finish(new ReadFrame(5, 0, directBuffer(new byte[10])));

    open.success();
    // A stream that begins now is answered and ended.
    RecordedStream late = read(server.address(), 10);
    assertThat(late.failure().code()).isEqualTo(ErrorCode.UNAVAILABLE);
  }

  @Test
  void idleStream_ends_andTheNextCallBeginsAnother() {
    RecordedStream first = read(server.address(), 10);
    take(handler.reads).replies.finish(new ReadFrame(5, 0, directBuffer(new byte[10])));
    first.success();
    assertThat(clock.pendingTasks()).as("the look whether it rests").isEqualTo(1);

    clock.advance(RpcSettings.defaults().idleTimeout());

    Await.until("no alarm is set", () -> clock.pendingTasks() == 0);
    RecordedStream next = read(server.address(), 10);
    take(handler.reads).replies.finish(new ReadFrame(5, 0, directBuffer(new byte[10])));
    next.success();
  }

  @Test
  void nodeGone_allCallsFail_andTheNextOnesWork() {
    RecordedStream reading = read(server.address(), 10);
    RecordedStream writing = write(server.address(), new byte[10]);
    take(handler.reads);
    ScriptedHandler.Write write = take(handler.writes);
    HostPort address = server.address();

    server.close();

    assertThat(reading.failure().code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(writing.failure().code()).isEqualTo(ErrorCode.UNAVAILABLE);
    Await.result(write.aborted);
    server = RpcServers.start(address, List.of(transport.service()), loops, RpcSettings.defaults());
    RecordedStream next = read(address, 10);
    take(handler.reads).replies.finish(new ReadFrame(5, 0, directBuffer(new byte[10])));
    next.success();
  }

  @Test
  void requestsThatCannotBe_endTheStreamWithATypedError() {
    ManagedChannel channel = RpcChannels.open(server.address(), loops, RpcSettings.defaults());
    try {
      ReadRequest small =
          ReadRequest.newBuilder().setChunkId(1).setLength(1).setNodeId(NODE.value()).build();
      ExchangeRequest good = ExchangeRequest.newBuilder().setCall(1).setRead(small).build();
      assertThat(failureOf(channel, ExchangeRequest.newBuilder().setCall(1).build()))
          .hasMessageContaining("0 of cancel, read and write");
      assertThat(failureOf(channel, good.toBuilder().setCancel(true).build()))
          .hasMessageContaining("2 of cancel, read and write");
      assertThat(
              failureOf(
                  channel, good.toBuilder().setRead(small.toBuilder().setLength(300_000)).build()))
          .hasMessageContaining("300000 bytes (expected: <= 262144)");
      assertThat(failureOf(channel, good, good)).hasMessageContaining("call 1 is under way");
      assertThat(
              failureOf(
                  channel,
                  ExchangeRequest.newBuilder()
                      .setCall(1)
                      .setWrite(io.shoal.proto.v1.WriteFrame.newBuilder().setFinish(true))
                      .build()))
          .hasMessageContaining("not a whole chunk");
    } finally {
      channel.shutdownNow();
    }
  }

  private ShoalException failureOf(ManagedChannel channel, ExchangeRequest... requests) {
    byte[][] messages =
        Arrays.stream(requests).map(ExchangeRequest::toByteArray).toArray(byte[][]::new);
    ShoalException failure =
        RawChunkCalls.failureOf(
            channel, ChunkServiceGrpc.getExchangeMethod(), server.address(), messages);
    assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    return failure;
  }

  /** Whatever comes: a message or a typed error, never an exception and never a leak. */
  @Test
  void parse_damagedBytes_neverThrows() {
    ExchangeRequestMarshaller requests = new ExchangeRequestMarshaller(loops.allocator());
    ExchangeReplyMarshaller replies = new ExchangeReplyMarshaller(loops.allocator());
    byte[] request =
        ExchangeRequest.newBuilder()
            .setCall(3)
            .setWrite(
                io.shoal.proto.v1.WriteFrame.newBuilder()
                    .setFinish(true)
                    .setPayload(ByteString.copyFrom(randomBytes(300, 1))))
            .build()
            .toByteArray();
    byte[] reply =
        ExchangeReply.newBuilder().setCall(3).setFrame(frame(7, "bytes")).build().toByteArray();
    Property.check(
        5_000,
        random -> {
          byte[] wire = (random.nextBoolean() ? request : reply).clone();
          for (int flips = random.nextInt(4); flips > 0; flips--) {
            wire[random.nextInt(Math.min(40, wire.length))] ^= (byte) (1 << random.nextInt(8));
          }
          byte[] cut = Arrays.copyOf(wire, random.nextInt(wire.length + 1));
          if (requests.parse(new ByteArrayInputStream(cut))
              instanceof Envelope.Whole<io.shoal.common.transport.ExchangeRequest> whole) {
            whole.message().release();
          }
          if (replies.parse(new ByteArrayInputStream(cut))
              instanceof Envelope.Whole<io.shoal.common.transport.ExchangeReply> whole) {
            whole.message().release();
          }
        });
  }
}
