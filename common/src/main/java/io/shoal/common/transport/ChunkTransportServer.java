package io.shoal.common.transport;

import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.netty.buffer.ByteBufAllocator;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.rpc.RpcSettings;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The server end of the chunk service, on grpc-java by its public API. */
public final class ChunkTransportServer {
  private final ServerServiceDefinition service;

  /** Streams of small calls, which clients keep open. */
  private final Set<ServerExchange> exchanges = ConcurrentHashMap.newKeySet();

  private volatile boolean draining;

  /**
   * Makes the service that hands requests to a handler.
   *
   * @param allocator of payloads that have to be copied when they are received
   */
  public ChunkTransportServer(
      ChunkHandler handler, RpcSettings settings, ByteBufAllocator allocator) {
    service = define(handler, new ChunkMethods(allocator), settings.onReadyThresholdBytes());
  }

  /** Returns the service, for a server of {@code io.shoal.common.rpc}. */
  public ServerServiceDefinition service() {
    return service;
  }

  /** Ends streams that would rest for ever as soon as all they asked for is answered. */
  public void drain() {
    draining = true;
    exchanges.forEach(ServerExchange::drain);
  }

  private ServerServiceDefinition define(
      ChunkHandler handler, ChunkMethods methods, int threshold) {
    ServerCallHandler<Envelope<WriteFrame>, Envelope<WriteAck>> write =
        (call, headers) -> {
          ServerWriteStream stream = new ServerWriteStream(call, threshold);
          stream.start(handler);
          return stream;
        };
    ServerCallHandler<Envelope<ReadRange>, Envelope<ReadFrame>> read =
        (call, headers) ->
            new ServerReplyStream<>(call, threshold, handler::openRead, ReadFrame::release);
    ServerCallHandler<Envelope<ExchangeRequest>, Envelope<ExchangeReply>> exchange =
        (call, headers) -> {
          ServerExchange stream = new ServerExchange(call, threshold, handler, exchanges::remove);
          exchanges.add(stream);
          stream.start();
          if (draining) {
            stream.drain();
          }
          return stream;
        };
    ServerCallHandler<Envelope<Long>, Envelope<List<ChunkReport>>> inventory =
        (call, headers) ->
            new ServerReplyStream<>(call, threshold, handler::openInventory, page -> {});
    ServerCallHandler<Envelope<List<ChunkId>>, Envelope<List<ChunkReport>>> describe =
        (call, headers) ->
            new ServerReplyStream<>(
                call,
                threshold,
                (chunks, replies) -> answer(handler.describe(chunks), replies),
                reports -> {});
    ServerCallHandler<Envelope<ReadRange>, Envelope<LocalFile>> localFile =
        (call, headers) ->
            new ServerReplyStream<>(
                call,
                threshold,
                (range, replies) -> answer(handler.findLocalFile(range), replies),
                file -> {});
    return ServerServiceDefinition.builder(methods.service())
        .addMethod(methods.write, write)
        .addMethod(methods.read, read)
        .addMethod(methods.exchange, exchange)
        .addMethod(methods.localFile, localFile)
        .addMethod(methods.describe, describe)
        .addMethod(methods.inventory, inventory)
        .build();
  }

  /** Answers with the one reply that there will be. */
  private static <T> ReplySource answer(CompletableFuture<T> reply, ReplyStream<T> replies) {
    var unused =
        reply.whenComplete(
            (answer, failure) -> {
              if (failure != null) {
                replies.fail(ShoalException.of(failure));
              } else {
                replies.finish(answer);
              }
            });
    return new ReplySource() {
      @Override
      public void onReady() {
        // There is one reply.
      }

      @Override
      public void onAborted(ShoalException reason) {
        reply.cancel(false);
      }
    };
  }
}
