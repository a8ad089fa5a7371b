package io.shoal.common.transport;

import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.netty.buffer.ByteBufAllocator;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.rpc.RpcSettings;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The server end of the chunk service, on grpc-java by its public API. */
public final class ChunkTransportServer {
  private ChunkTransportServer() {}

  /**
   * Returns the service that hands requests to a handler, for a server of {@code
   * io.shoal.common.rpc}.
   *
   * @param allocator of payloads that have to be copied when they are received
   */
  public static ServerServiceDefinition serve(
      ChunkHandler handler, RpcSettings settings, ByteBufAllocator allocator) {
    ChunkMethods methods = new ChunkMethods(allocator);
    int threshold = settings.onReadyThresholdBytes();
    ServerCallHandler<Envelope<WriteFrame>, Envelope<WriteAck>> write =
        (call, headers) -> {
          ServerWriteStream stream = new ServerWriteStream(call, threshold);
          stream.start(handler);
          return stream;
        };
    ServerCallHandler<Envelope<ReadRange>, Envelope<ReadFrame>> read =
        (call, headers) ->
            new ServerReplyStream<>(call, threshold, handler::openRead, ReadFrame::release);
    ServerCallHandler<Envelope<Long>, Envelope<List<ChunkReport>>> inventory =
        (call, headers) ->
            new ServerReplyStream<>(call, threshold, handler::openInventory, page -> {});
    ServerCallHandler<Envelope<List<ChunkId>>, Envelope<List<ChunkReport>>> describe =
        (call, headers) ->
            new ServerReplyStream<>(
                call,
                threshold,
                (chunks, replies) -> describe(handler, chunks, replies),
                reports -> {});
    return ServerServiceDefinition.builder(methods.service())
        .addMethod(methods.write, write)
        .addMethod(methods.read, read)
        .addMethod(methods.describe, describe)
        .addMethod(methods.inventory, inventory)
        .build();
  }

  private static ReplySource describe(
      ChunkHandler handler, List<ChunkId> chunks, ReplyStream<List<ChunkReport>> replies) {
    CompletableFuture<List<ChunkReport>> reports = handler.describe(chunks);
    var unused =
        reports.whenComplete(
            (answer, failure) -> {
              if (failure != null) {
                replies.fail(ShoalException.of(failure));
              } else {
                replies.send(answer);
                replies.finish();
              }
            });
    return new ReplySource() {
      @Override
      public void onReady() {
        // There is one reply.
      }

      @Override
      public void onAborted(ShoalException reason) {
        reports.cancel(false);
      }
    };
  }
}
