package io.shoal.common.transport;

import io.grpc.ServerCall;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One request in, a stream of replies out. */
final class ServerReplyStream<Q, T> extends ServerStream<Q, T> {
  /** Begins to answer a request. */
  interface Opener<Q, T> {
    ReplySource open(Q request, ReplyStream<T> replies);
  }

  private final Opener<Q, T> opener;
  private final Consumer<T> releaser;
  private @Nullable Q request;
  private @Nullable ReplySource source;

  ServerReplyStream(
      ServerCall<Envelope<Q>, Envelope<T>> call,
      int onReadyThresholdBytes,
      Opener<Q, T> opener,
      Consumer<T> releaser) {
    super(call, onReadyThresholdBytes);
    this.opener = opener;
    this.releaser = releaser;
    requestMessages(2);
  }

  @Override
  void release(T reply) {
    releaser.accept(reply);
  }

  @Override
  void received(Q message) {
    // gRPC itself refuses a second one.
    request = message;
  }

  @Override
  public void onHalfClose() {
    @Nullable Q wanted = request;
    if (!open()) {
      return;
    }
    if (wanted == null) {
      fail(
          new ShoalException(
              ErrorCode.INVALID_ARGUMENT, "", "no request on the stream (expected: one)"));
      return;
    }
    guarded(() -> source = opener.open(wanted, this));
  }

  @Override
  public void onReady() {
    if (source != null && open()) {
      guarded(source::onReady);
    }
  }

  @Override
  void aborted(ShoalException reason) {
    if (source != null) {
      source.onAborted(reason);
    }
  }
}
