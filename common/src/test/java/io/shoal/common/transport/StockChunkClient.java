package io.shoal.common.transport;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.time.Deadline;
import io.shoal.proto.v1.ChunkServiceGrpc;
import io.shoal.proto.v1.InventoryPage;
import io.shoal.proto.v1.WriteOpen;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The client end as anybody would write it: generated stubs, default settings, protobuf for
 * everything.
 */
final class StockChunkClient implements ChunkTransport {
  private final Map<HostPort, ManagedChannel> channels = new ConcurrentHashMap<>();

  private ChunkServiceGrpc.ChunkServiceStub stub(HostPort node) {
    return ChunkServiceGrpc.newStub(
        channels.computeIfAbsent(
            node,
            address ->
                NettyChannelBuilder.forAddress(address.host(), address.port())
                    .usePlaintext()
                    .maxInboundMessageSize(8 << 20)
                    .build()));
  }

  @Override
  public WriteStream openWrite(HostPort node, StreamLimits limits, WriteListener listener) {
    Replies<io.shoal.proto.v1.WriteFrame, io.shoal.proto.v1.WriteAck> replies =
        new Replies<>(
            node,
            ack -> listener.onAck(ChunkMessages.decodeAck(ack)),
            listener::onReady,
            listener::onClosed,
            true);
    stub(node).writeChunk(replies);
    return new WriteStream() {
      @Override
      public boolean isReady() {
        return replies.requests().isReady();
      }

      @Override
      public void send(WriteFrame frame) {
        try {
          replies.requests().onNext(encode(frame));
        } catch (IllegalStateException ended) {
          // As promised: dropped.
        } finally {
          frame.release();
        }
      }

      @Override
      public void halfClose() {
        replies.requests().onCompleted();
      }

      @Override
      public void cancel(ShoalException reason) {
        replies.requests().cancel(reason.toString(), reason);
      }
    };
  }

  private static io.shoal.proto.v1.WriteFrame encode(WriteFrame frame) {
    io.shoal.proto.v1.WriteFrame.Builder message =
        io.shoal.proto.v1.WriteFrame.newBuilder()
            .setOffset(frame.offset())
            .setCrc32C(frame.crc32c())
            .setFlush(frame.flush())
            .setFinish(frame.finish())
            .setPayload(UnsafeByteOperations.unsafeWrap(ByteBufUtil.getBytes(frame.payload())));
    @Nullable WriteOpening opening = frame.opening();
    if (opening != null) {
      message.setOpen(
          WriteOpen.newBuilder()
              .setGrant(opening.grant().toProto())
              .setWriterNonce(opening.writerNonce())
              .setNodeId(opening.nodeId().value()));
    }
    return message.build();
  }

  @Override
  public ReadStream openRead(
      HostPort node, ReadRange range, StreamLimits limits, ReadListener listener) {
    Replies<io.shoal.proto.v1.ReadRequest, io.shoal.proto.v1.ReadFrame> replies =
        new Replies<>(
            node, frame -> listener.onFrame(decode(frame)), () -> {}, listener::onClosed, false);
    stub(node).readChunk(ChunkMessages.encodeRange(range), replies);
    return replies;
  }

  private static ReadFrame decode(io.shoal.proto.v1.ReadFrame frame) {
    ByteString payload = frame.getPayload();
    return new ReadFrame(
        frame.getOffset(), frame.getCrc32C(), Unpooled.wrappedBuffer(payload.toByteArray()));
  }

  @Override
  public ReadStream openInventory(
      HostPort node, long afterChunkId, StreamLimits limits, InventoryListener listener) {
    Replies<io.shoal.proto.v1.InventoryRequest, InventoryPage> replies =
        new Replies<>(
            node,
            page -> listener.onPage(ChunkMessages.decodePage(page)),
            () -> {},
            listener::onClosed,
            false);
    stub(node).inventory(ChunkMessages.encodeAfter(afterChunkId), replies);
    return replies;
  }

  @Override
  public CompletableFuture<List<ChunkReport>> describe(
      HostPort node, List<ChunkId> chunks, Deadline deadline) {
    CompletableFuture<List<ChunkReport>> result = new CompletableFuture<>();
    Replies<io.shoal.proto.v1.DescribeChunksRequest, io.shoal.proto.v1.DescribeChunksReply>
        replies =
            new Replies<>(
                node,
                reply -> result.complete(ChunkMessages.decodeReports(reply)),
                () -> {},
                failure -> {
                  if (failure != null) {
                    result.completeExceptionally(failure);
                  }
                },
                false);
    stub(node).describeChunks(ChunkMessages.encodeIds(chunks), replies);
    replies.request(2);
    var unused =
        result.whenComplete(
            (reports, failure) -> {
              if (result.isCancelled()) {
                replies.requests().cancel("cancelled", null);
              }
            });
    return result;
  }

  @Override
  public void close() {
    channels.values().forEach(ManagedChannel::shutdownNow);
  }

  private static final class Replies<Q, T> implements ClientResponseObserver<Q, T>, ReadStream {
    private final HostPort node;
    private final Consumer<T> onNext;
    private final Runnable onReady;
    private final Consumer<@Nullable ShoalException> onClosed;
    private final boolean auto;
    private @Nullable ClientCallStreamObserver<Q> requests;

    Replies(
        HostPort node,
        Consumer<T> onNext,
        Runnable onReady,
        Consumer<@Nullable ShoalException> onClosed,
        boolean auto) {
      this.node = node;
      this.onNext = onNext;
      this.onReady = onReady;
      this.onClosed = onClosed;
      this.auto = auto;
    }

    ClientCallStreamObserver<Q> requests() {
      if (requests == null) {
        throw new IllegalStateException("not started");
      }
      return requests;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Q> stream) {
      requests = stream;
      if (!auto) {
        stream.disableAutoRequestWithInitial(0);
      }
      stream.setOnReadyHandler(onReady);
    }

    @Override
    public void onNext(T message) {
      onNext.accept(message);
    }

    @Override
    public void onError(Throwable failure) {
      Status status =
          failure instanceof StatusRuntimeException known ? known.getStatus() : Status.UNKNOWN;
      onClosed.accept(status.isOk() ? null : RpcErrors.fromThrowable(failure, node));
    }

    @Override
    public void onCompleted() {
      onClosed.accept(null);
    }

    @Override
    public void request(int count) {
      requests().request(count);
    }

    @Override
    public void cancel(ShoalException reason) {
      requests().cancel(reason.toString(), reason);
    }
  }
}
