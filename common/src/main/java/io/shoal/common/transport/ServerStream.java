package io.shoal.common.transport;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.RpcErrors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answering half of a call. The lock guards the call, which gRPC leaves to one thread at a
 * time; the callbacks of the request's half come on the event loop, without the lock.
 */
abstract class ServerStream<Q, T> extends ServerCall.Listener<Envelope<Q>>
    implements ReplyStream<T> {
  private static final Logger LOG = LoggerFactory.getLogger(ServerStream.class);

  private final ServerCall<Envelope<Q>, Envelope<T>> call;
  private boolean headersSent;
  private boolean ended;

  ServerStream(ServerCall<Envelope<Q>, Envelope<T>> call, int onReadyThresholdBytes) {
    this.call = call;
    call.setOnReadyThreshold(onReadyThresholdBytes);
  }

  /** Releases what a reply owns. */
  abstract void release(T reply);

  /** Takes what the peer sent. */
  abstract void received(Q message);

  /** The stream was ended by the peer, or by a failure in here; this end was not told before. */
  abstract void aborted(ShoalException reason);

  final void requestMessages(int count) {
    synchronized (this) {
      if (!ended) {
        call.request(count);
      }
    }
  }

  @Override
  public final boolean isReady() {
    synchronized (this) {
      return !ended && call.isReady();
    }
  }

  @Override
  public final void send(T reply) {
    try {
      synchronized (this) {
        if (!ended) {
          sendHeaders();
          call.sendMessage(new Envelope.Whole<>(reply));
        }
      }
    } finally {
      release(reply);
    }
  }

  /**
   * As late as possible: until then gRPC itself can answer with a status, for example to a message
   * that is too long.
   */
  private void sendHeaders() {
    if (!headersSent) {
      headersSent = true;
      call.sendHeaders(new Metadata());
    }
  }

  @Override
  public final void finish(T last) {
    send(last);
    finish();
  }

  @Override
  public final void finish() {
    end(Status.OK, new Metadata());
  }

  @Override
  public final void fail(ShoalException failure) {
    end(RpcErrors.toStatus(failure), RpcErrors.toTrailers(failure));
  }

  /** Ends the stream. Returns false if it had ended. */
  private boolean end(Status status, Metadata trailers) {
    synchronized (this) {
      if (ended) {
        return false;
      }
      ended = true;
      if (status.isOk()) {
        sendHeaders();
      }
      call.close(status, trailers);
      return true;
    }
  }

  private synchronized boolean hasEnded() {
    return ended;
  }

  /** Runs a callback of the handler; what it throws ends the stream. */
  final void guarded(Runnable callback) {
    try {
      callback.run();
    } catch (RuntimeException e) {
      ShoalException failure = ShoalException.of(e);
      if (failure.code() == ErrorCode.INTERNAL) {
        LOG.error("{} failed", call.getMethodDescriptor().getFullMethodName(), e);
      }
      abort(failure);
    }
  }

  private void abort(ShoalException failure) {
    if (end(RpcErrors.toStatus(failure), RpcErrors.toTrailers(failure))) {
      aborted(failure);
    }
  }

  @Override
  public final void onMessage(Envelope<Q> envelope) {
    if (envelope instanceof Envelope.Malformed<Q> malformed) {
      abort(malformed.failure());
    } else if (envelope instanceof Envelope.Whole<Q> whole) {
      guarded(() -> received(whole.message()));
    }
  }

  @Override
  public final void onCancel() {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
    }
    aborted(
        new ShoalException(ErrorCode.CANCELLED, "", "the peer is gone or has cancelled the call"));
  }

  /** Tells whether a message that arrived may still be handed on. */
  final boolean open() {
    return !hasEnded();
  }
}
