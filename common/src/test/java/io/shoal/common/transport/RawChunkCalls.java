package io.shoal.common.transport;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.testing.Await;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;

/** Ends of the chunk service that send whatever bytes the test likes. */
final class RawChunkCalls {
  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] bytes) {
          return new ByteArrayInputStream(bytes);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  private RawChunkCalls() {}

  /** Sends messages to a method and returns how the call fails. */
  static ShoalException failureOf(
      ManagedChannel channel, MethodDescriptor<?, ?> method, HostPort node, byte[]... messages) {
    CompletableFuture<ShoalException> failure = new CompletableFuture<>();
    ClientCall<byte[], byte[]> call =
        channel.newCall(method.toBuilder(BYTES, BYTES).build(), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            if (status.isOk()) {
              failure.completeExceptionally(new AssertionError("the call succeeded"));
            } else {
              failure.complete(RpcErrors.fromStatus(status, trailers, node));
            }
          }
        },
        new Metadata());
    call.request(1);
    for (byte[] message : messages) {
      call.sendMessage(message);
    }
    call.halfClose();
    return Await.result(failure);
  }

  /** Returns a service that answers each call of a method with some messages. */
  static ServerServiceDefinition answering(MethodDescriptor<?, ?> method, byte[]... messages) {
    MethodDescriptor<byte[], byte[]> raw = method.toBuilder(BYTES, BYTES).build();
    return ServerServiceDefinition.builder("shoal.v1.ChunkService")
        .addMethod(
            raw,
            (call, headers) -> {
              call.sendHeaders(new Metadata());
              for (byte[] message : messages) {
                call.sendMessage(message);
              }
              call.close(Status.OK, new Metadata());
              return new ServerCall.Listener<byte[]>() {};
            })
        .build();
  }
}
