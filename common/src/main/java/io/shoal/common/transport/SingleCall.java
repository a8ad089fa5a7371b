package io.shoal.common.transport;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcErrors;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A call with one answer. */
final class SingleCall<Q, T> extends ClientCall.Listener<Envelope<T>> {
  private final ClientCall<Envelope<Q>, Envelope<T>> call;
  private final HostPort node;
  private final Predicate<T> fits;
  private final Runnable atEnd;
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private @Nullable Envelope<T> answer;

  /**
   * Makes a call that has not begun.
   *
   * @param fits tells whether an answer belongs to the request
   * @param atEnd runs before the result completes
   */
  SingleCall(
      ClientCall<Envelope<Q>, Envelope<T>> call, HostPort node, Predicate<T> fits, Runnable atEnd) {
    this.call = call;
    this.node = node;
    this.fits = fits;
    this.atEnd = atEnd;
  }

  CompletableFuture<T> start(Q request) {
    call.start(this, new Metadata());
    call.request(2);
    call.sendMessage(new Envelope.Whole<>(request));
    call.halfClose();
    var unused =
        result.whenComplete(
            (reply, failure) -> {
              if (result.isCancelled()) {
                call.cancel("the caller cancelled it", null);
              }
            });
    return result;
  }

  @Override
  public void onMessage(Envelope<T> envelope) {
    answer = envelope;
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    atEnd.run();
    if (!status.isOk()) {
      result.completeExceptionally(RpcErrors.fromStatus(status, trailers, node));
    } else if (answer instanceof Envelope.Whole<T> whole && fits.test(whole.message())) {
      result.complete(whole.message());
    } else if (answer instanceof Envelope.Malformed<T> malformed) {
      result.completeExceptionally(malformed.failure());
    } else {
      result.completeExceptionally(
          new ShoalException(
              ErrorCode.INTERNAL, node.toString(), "the answer does not fit the request"));
    }
  }
}
