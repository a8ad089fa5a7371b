package io.shoal.metadata.rpc.replication;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcChannels;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.metadata.consensus.LogIndexSource;
import io.shoal.proto.v1.LogIndexReply;
import io.shoal.proto.v1.LogIndexRequest;
import io.shoal.proto.v1.ReplicationServiceGrpc;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks the leader how far the log is, over a connection that is kept while it leads. Thread-safe.
 */
public final class LogIndexCalls implements LogIndexSource, AutoCloseable {
  private static final long LIMIT_MILLIS = 1_000;

  private final String selfId;
  private final EventLoops loops;
  private final RpcSettings rpc;

  private @Nullable HostPort server;
  private @Nullable ManagedChannel channel;
  private boolean closed;

  /**
   * Makes it; the loops must outlive it.
   *
   * @param selfId name of this server
   */
  public LogIndexCalls(String selfId, EventLoops loops, RpcSettings rpc) {
    this.selfId = selfId;
    this.loops = loops;
    this.rpc = rpc;
  }

  @Override
  public CompletableFuture<Long> logIndex(String leader) {
    HostPort address = HostPort.parse(leader);
    Answer answer = new Answer(address);
    ClientCalls.asyncUnaryCall(
        channelTo(address)
            .newCall(
                ReplicationServiceGrpc.getLogIndexMethod(),
                CallOptions.DEFAULT.withDeadlineAfter(LIMIT_MILLIS, TimeUnit.MILLISECONDS)),
        LogIndexRequest.newBuilder().setPeerId(selfId).build(),
        answer);
    return answer.index;
  }

  private synchronized ManagedChannel channelTo(HostPort leader) {
    if (closed) {
      throw new ShoalException(ErrorCode.UNAVAILABLE, "", "this metadata server shuts down");
    }
    ManagedChannel open = channel;
    if (open != null && leader.equals(server)) {
      return open;
    }
    if (open != null) {
      open.shutdown();
    }
    ManagedChannel opened = RpcChannels.open(leader, loops, rpc);
    server = leader;
    channel = opened;
    return opened;
  }

  /** Ends; questions that are open fail. */
  @Override
  public synchronized void close() {
    closed = true;
    if (channel != null) {
      channel.shutdownNow();
      channel = null;
    }
  }

  private static final class Answer implements StreamObserver<LogIndexReply> {
    private final HostPort leader;
    private final CompletableFuture<Long> index = new CompletableFuture<>();

    Answer(HostPort leader) {
      this.leader = leader;
    }

    @Override
    public void onNext(LogIndexReply reply) {
      index.complete(reply.getIndex());
    }

    @Override
    public void onError(Throwable failure) {
      index.completeExceptionally(RpcErrors.fromThrowable(failure, leader));
    }

    @Override
    public void onCompleted() {
      index.completeExceptionally(
          new ShoalException(
              ErrorCode.UNAVAILABLE,
              leader.toString(),
              leader + " ended the call without an answer"));
    }
  }
}
