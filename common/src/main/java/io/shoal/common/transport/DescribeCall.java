package io.shoal.common.transport;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcErrors;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A call with one answer: what a node holds of some chunks. */
final class DescribeCall extends ClientCall.Listener<Envelope<List<ChunkReport>>> {
  private final ClientCall<Envelope<List<ChunkId>>, Envelope<List<ChunkReport>>> call;
  private final HostPort node;
  private final List<ChunkId> chunks;
  private final Runnable atEnd;
  private final CompletableFuture<List<ChunkReport>> result = new CompletableFuture<>();
  private @Nullable Envelope<List<ChunkReport>> answer;

  DescribeCall(
      ClientCall<Envelope<List<ChunkId>>, Envelope<List<ChunkReport>>> call,
      HostPort node,
      List<ChunkId> chunks,
      Runnable atEnd) {
    this.call = call;
    this.node = node;
    this.chunks = List.copyOf(chunks);
    this.atEnd = atEnd;
  }

  CompletableFuture<List<ChunkReport>> start() {
    call.start(this, new Metadata());
    call.request(2);
    call.sendMessage(new Envelope.Whole<>(chunks));
    call.halfClose();
    var unused =
        result.whenComplete(
            (reports, failure) -> {
              if (result.isCancelled()) {
                call.cancel("the caller cancelled it", null);
              }
            });
    return result;
  }

  @Override
  public void onMessage(Envelope<List<ChunkReport>> envelope) {
    answer = envelope;
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    atEnd.run();
    if (!status.isOk()) {
      result.completeExceptionally(RpcErrors.fromStatus(status, trailers, node));
    } else if (answer instanceof Envelope.Whole<List<ChunkReport>> whole && fits(whole.message())) {
      result.complete(whole.message());
    } else if (answer instanceof Envelope.Malformed<List<ChunkReport>> malformed) {
      result.completeExceptionally(malformed.failure());
    } else {
      result.completeExceptionally(
          new ShoalException(
              ErrorCode.INTERNAL,
              node.toString(),
              "the answer describes other chunks than were asked for"));
    }
  }

  private boolean fits(List<ChunkReport> reports) {
    return reports.stream().map(ChunkReport::chunkId).toList().equals(chunks);
  }
}
