package io.shoal.common.transport;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.SignedGrant;
import io.shoal.common.id.NodeId;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.proto.v1.ChunkServiceGrpc;
import io.shoal.proto.v1.DescribeChunksReply;
import io.shoal.proto.v1.DescribeChunksRequest;
import io.shoal.proto.v1.InventoryPage;
import io.shoal.proto.v1.InventoryRequest;
import io.shoal.proto.v1.ReadRequest;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The server end as anybody would write it: the generated base class, protobuf for everything. */
final class StockChunkServer extends ChunkServiceGrpc.ChunkServiceImplBase {
  private final ChunkHandler handler;

  StockChunkServer(ChunkHandler handler) {
    this.handler = handler;
  }

  @Override
  public StreamObserver<io.shoal.proto.v1.WriteFrame> writeChunk(
      StreamObserver<io.shoal.proto.v1.WriteAck> acks) {
    Acks replies = new Acks(acks);
    replies.out.disableAutoRequest();
    WriteSink sink = handler.openWrite(replies);
    replies.onAborted(sink::onAborted);
    return new StreamObserver<>() {
      @Override
      public void onNext(io.shoal.proto.v1.WriteFrame frame) {
        sink.onFrame(decode(frame));
      }

      @Override
      public void onError(Throwable failure) {
        // The cancel handler tells it.
      }

      @Override
      public void onCompleted() {
        sink.onEnd();
      }
    };
  }

  private static WriteFrame decode(io.shoal.proto.v1.WriteFrame frame) {
    @Nullable WriteOpening opening =
        frame.hasOpen()
            ? new WriteOpening(
                SignedGrant.of(frame.getOpen().getGrant()),
                frame.getOpen().getWriterNonce(),
                new NodeId(frame.getOpen().getNodeId()))
            : null;
    return new WriteFrame(
        opening,
        frame.getOffset(),
        frame.getCrc32C(),
        frame.getFlush(),
        frame.getFinish(),
        Unpooled.wrappedBuffer(frame.getPayload().toByteArray()));
  }

  @Override
  public void readChunk(ReadRequest request, StreamObserver<io.shoal.proto.v1.ReadFrame> frames) {
    Replies<ReadFrame, io.shoal.proto.v1.ReadFrame> replies =
        new Replies<>(frames, StockChunkServer::encode, ReadFrame::release);
    ReplySource source = handler.openRead(ChunkMessages.decodeRange(request), replies);
    replies.onAborted(source::onAborted);
    replies.out.setOnReadyHandler(source::onReady);
  }

  private static io.shoal.proto.v1.ReadFrame encode(ReadFrame frame) {
    return io.shoal.proto.v1.ReadFrame.newBuilder()
        .setOffset(frame.offset())
        .setCrc32C(frame.crc32c())
        .setPayload(ByteString.copyFrom(ByteBufUtil.getBytes(frame.payload())))
        .build();
  }

  @Override
  public void describeChunks(
      DescribeChunksRequest request, StreamObserver<DescribeChunksReply> observer) {
    var unused =
        handler
            .describe(ChunkMessages.decodeIds(request))
            .whenComplete(
                (reports, failure) -> {
                  if (failure != null) {
                    observer.onError(RpcErrors.toStatusException(ShoalException.of(failure)));
                  } else {
                    observer.onNext(ChunkMessages.encodeReports(reports));
                    observer.onCompleted();
                  }
                });
  }

  @Override
  public void inventory(InventoryRequest request, StreamObserver<InventoryPage> pages) {
    Replies<List<ChunkReport>, InventoryPage> replies =
        new Replies<>(pages, ChunkMessages::encodePage, page -> {});
    ReplySource source = handler.openInventory(request.getAfterChunkId(), replies);
    replies.onAborted(source::onAborted);
    replies.out.setOnReadyHandler(source::onReady);
  }

  /** Serialises the calls to an observer, which grpc-java leaves to its user. */
  private static class Replies<T, P> implements ReplyStream<T> {
    final ServerCallStreamObserver<P> out;
    private final Function<T, P> encode;
    private final Consumer<T> release;
    private boolean ended;

    Replies(StreamObserver<P> out, Function<T, P> encode, Consumer<T> release) {
      this.out = (ServerCallStreamObserver<P>) out;
      this.encode = encode;
      this.release = release;
    }

    void onAborted(Consumer<ShoalException> listener) {
      out.setOnCancelHandler(
          () -> {
            if (end()) {
              listener.accept(new ShoalException(ErrorCode.CANCELLED, "", "cancelled"));
            }
          });
    }

    private synchronized boolean end() {
      boolean first = !ended;
      ended = true;
      return first;
    }

    @Override
    public synchronized boolean isReady() {
      return !ended && out.isReady();
    }

    @Override
    public synchronized void send(T reply) {
      if (!ended) {
        out.onNext(encode.apply(reply));
      }
      release.accept(reply);
    }

    @Override
    public synchronized void finish(T last) {
      send(last);
      finish();
    }

    @Override
    public synchronized void finish() {
      if (end()) {
        out.onCompleted();
      }
    }

    @Override
    public synchronized void fail(ShoalException failure) {
      if (end()) {
        out.onError(RpcErrors.toStatusException(failure));
      }
    }
  }

  private static final class Acks extends Replies<WriteAck, io.shoal.proto.v1.WriteAck>
      implements WriteReplies {
    Acks(StreamObserver<io.shoal.proto.v1.WriteAck> out) {
      super(out, ChunkMessages::encodeAck, ack -> {});
    }

    @Override
    public void request(int count) {
      out.request(count);
    }
  }
}
