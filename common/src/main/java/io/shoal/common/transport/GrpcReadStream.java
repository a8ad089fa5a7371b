package io.shoal.common.transport;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcErrors;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A call whose answers are asked for one by one. The {@link Inbox} knows what they are.
 *
 * <p>gRPC serialises the callbacks; the lock guards the count of what was requested.
 */
final class GrpcReadStream<Q, T> extends ClientCall.Listener<Envelope<T>> implements ReadStream {
  /** Where the answers go, on the event loop. */
  interface Inbox<T> {
    /**
     * Takes an answer.
     *
     * @throws ShoalException if it does not fit the request; it was released then
     */
    void accept(T answer);

    /** Releases an answer that nobody wants any more. */
    void discard(T answer);

    /** Tells whether nothing but the end of the stream is missing. */
    boolean complete();

    /**
     * Hears of the end; without a failure of the call it may still find that something is missing.
     */
    void closed(@Nullable ShoalException failure);
  }

  private final ClientCall<Envelope<Q>, Envelope<T>> call;
  private final HostPort node;
  private final Inbox<T> inbox;
  private final IdleWatch watch;
  private final Runnable atEnd;
  private volatile @Nullable ShoalException cancelledFor;
  private long requested;

  /**
   * Makes a stream that has not begun.
   *
   * @param watches makes the watch that cancels the stream with what it is given
   * @param atEnd runs before the inbox hears of the end
   */
  GrpcReadStream(
      ClientCall<Envelope<Q>, Envelope<T>> call,
      HostPort node,
      Inbox<T> inbox,
      Function<Consumer<ShoalException>, IdleWatch> watches,
      Runnable atEnd) {
    this.call = call;
    this.node = node;
    this.inbox = inbox;
    this.watch = watches.apply(this::cancel);
    this.atEnd = atEnd;
  }

  void start(Q request) {
    call.start(this, new Metadata());
    call.sendMessage(new Envelope.Whole<>(request));
    call.halfClose();
  }

  @Override
  public void request(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("count: " + count + " (expected: >= 1)");
    }
    synchronized (this) {
      requested += count;
      watch.await(true);
    }
    call.request(count);
  }

  @Override
  public void cancel(ShoalException reason) {
    cancelledFor = reason;
    call.cancel(reason.toString(), reason);
  }

  @Override
  public void onMessage(Envelope<T> envelope) {
    if (envelope instanceof Envelope.Malformed<T> malformed) {
      cancel(malformed.failure());
    } else if (envelope instanceof Envelope.Whole<T> whole) {
      deliver(whole.message());
    }
  }

  private void deliver(T answer) {
    if (cancelledFor != null) {
      inbox.discard(answer);
      return;
    }
    watch.progress();
    try {
      inbox.accept(answer);
    } catch (ShoalException misfit) {
      cancel(misfit);
      return;
    }
    synchronized (this) {
      requested--;
      watch.await(requested > 0 || inbox.complete());
    }
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    watch.end();
    atEnd.run();
    // The call may have ended well while it was being cancelled.
    @Nullable ShoalException failure = cancelledFor;
    if (failure == null && !status.isOk()) {
      failure = RpcErrors.fromStatus(status, trailers, node);
    }
    inbox.closed(failure);
  }
}
