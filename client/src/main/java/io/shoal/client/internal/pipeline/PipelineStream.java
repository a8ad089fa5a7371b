package io.shoal.client.internal.pipeline;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.shoal.common.rpc.HostPort;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.NamespaceServiceGrpc;
import java.util.concurrent.Executor;

/** One stream to one server, from its opening to its end. Hands its events to the shard. */
final class PipelineStream extends ClientCall.Listener<NamespaceReply> {
  /** What a stream tells; in the shard. Nothing comes after {@code closed}. */
  interface Events {
    /** There is a connection and room to send; comes again whenever there is room again. */
    void onReady(PipelineStream stream);

    void onReply(PipelineStream stream, NamespaceReply reply);

    void onClosed(PipelineStream stream, Status status);
  }

  /** Replies that the server may send before the first of them was looked at. */
  private static final int REPLY_WINDOW = 256;

  /**
   * Requests that wait in the transport beyond that wait here instead, where they can be recalled.
   */
  private static final int READY_THRESHOLD_BYTES = 256 << 10;

  private final ManagedChannel channel;
  private final HostPort server;
  private final Executor shard;
  private final Events events;
  private final ClientCall<NamespaceRequest, NamespaceReply> call;

  /** Takes the channel: it is shut down with the stream. */
  PipelineStream(ManagedChannel channel, HostPort server, Executor shard, Events events) {
    this.channel = channel;
    this.server = server;
    this.shard = shard;
    this.events = events;
    this.call =
        channel.newCall(
            NamespaceServiceGrpc.getPipelineMethod(),
            CallOptions.DEFAULT.withOnReadyThreshold(READY_THRESHOLD_BYTES));
  }

  void open() {
    call.start(this, new Metadata());
    call.request(REPLY_WINDOW);
  }

  HostPort server() {
    return server;
  }

  ManagedChannel channel() {
    return channel;
  }

  boolean isReady() {
    return call.isReady();
  }

  void send(NamespaceRequest request) {
    call.sendMessage(request);
  }

  /** Ends the stream and its connection. */
  void close(String reason) {
    call.cancel(reason, null);
    channel.shutdownNow();
  }

  @Override
  public void onReady() {
    shard.execute(() -> events.onReady(this));
  }

  @Override
  public void onMessage(NamespaceReply reply) {
    shard.execute(() -> events.onReply(this, reply));
    call.request(1);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    shard.execute(() -> events.onClosed(this, status));
  }
}
