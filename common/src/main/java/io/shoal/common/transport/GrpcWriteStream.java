package io.shoal.common.transport;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcErrors;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A call that carries frames out and acknowledgements back.
 *
 * <p>The lock guards the state and every use of the call except its cancellation, so that frames
 * can be sent by one thread while the event loop makes the stream ready. Frames that are sent
 * before the call has a connection wait here: gRPC would keep them as streams, and forget to close
 * those if the call is cancelled meanwhile.
 */
final class GrpcWriteStream extends ClientCall.Listener<Envelope<WriteAck>> implements WriteStream {
  private final ClientCall<Envelope<WriteFrame>, Envelope<WriteAck>> call;
  private final HostPort node;
  private final WriteListener listener;
  private final IdleWatch watch;
  private final Runnable atEnd;

  /** What waits for a connection; empty ever after. */
  private final Queue<WriteFrame> early = new ArrayDeque<>();

  private boolean connected;
  private boolean halfClosed;
  private boolean ended;
  private @Nullable ShoalException cancelledFor;

  /**
   * What the node still owes: an answer to the opening, and acknowledgements up to offsets in the
   * chunk.
   */
  private boolean openingOwed;

  private int sentEnd;
  private int flushEnd;
  private int receivedEnd;
  private int durableEnd;

  /**
   * Makes a stream that has not begun.
   *
   * @param watches makes the watch that cancels the stream with what it is given
   * @param atEnd runs before the listener hears of the end
   */
  GrpcWriteStream(
      ClientCall<Envelope<WriteFrame>, Envelope<WriteAck>> call,
      HostPort node,
      WriteListener listener,
      Function<Consumer<ShoalException>, IdleWatch> watches,
      Runnable atEnd) {
    this.call = call;
    this.node = node;
    this.listener = listener;
    this.watch = watches.apply(this::cancel);
    this.atEnd = atEnd;
  }

  void start() {
    watch.await(true);
    call.start(this, new Metadata());
    // Acknowledgements are small, and the node sends few of them: no flow control.
    call.request(Integer.MAX_VALUE);
  }

  @Override
  public boolean isReady() {
    return call.isReady();
  }

  @Override
  public void send(WriteFrame frame) {
    synchronized (this) {
      if (!ended && !halfClosed) {
        expectAcksFor(frame);
        if (connected || call.isReady()) {
          sendEarly();
          sendNow(frame);
        } else {
          early.add(frame);
        }
        return;
      }
    }
    frame.release();
  }

  private void expectAcksFor(WriteFrame frame) {
    openingOwed |= frame.opening() != null;
    sentEnd = Math.max(sentEnd, frame.offset() + frame.length());
    if (frame.flush() || frame.finish()) {
      flushEnd = sentEnd;
    }
    updateWatch();
  }

  private void sendEarly() {
    connected = true;
    for (WriteFrame frame = early.poll(); frame != null; frame = early.poll()) {
      sendNow(frame);
    }
  }

  private void sendNow(WriteFrame frame) {
    try {
      call.sendMessage(new Envelope.Whole<>(frame));
    } finally {
      frame.release();
    }
  }

  @Override
  public synchronized void halfClose() {
    if (ended || halfClosed) {
      return;
    }
    halfClosed = true;
    updateWatch();
    if (connected || early.isEmpty()) {
      call.halfClose();
    }
  }

  @Override
  public void cancel(ShoalException reason) {
    synchronized (this) {
      if (ended) {
        return;
      }
      cancelledFor = reason;
      end();
    }
    call.cancel(reason.toString(), reason);
  }

  private void end() {
    ended = true;
    early.forEach(WriteFrame::release);
    early.clear();
  }

  @Override
  public void onReady() {
    synchronized (this) {
      if (!connected && !ended) {
        boolean closeNow = halfClosed && !early.isEmpty();
        sendEarly();
        if (closeNow) {
          call.halfClose();
        }
      }
      watch.progress();
      updateWatch();
    }
    listener.onReady();
  }

  @Override
  public void onMessage(Envelope<WriteAck> envelope) {
    if (envelope instanceof Envelope.Malformed<WriteAck> malformed) {
      cancel(malformed.failure());
    } else if (envelope instanceof Envelope.Whole<WriteAck> whole) {
      acknowledge(whole.message());
    }
  }

  private void acknowledge(WriteAck ack) {
    synchronized (this) {
      if (ended) {
        return;
      }
      openingOwed = false;
      receivedEnd = ack.receivedBytes();
      durableEnd = ack.durableBytes();
      watch.progress();
      updateWatch();
    }
    listener.onAck(ack);
  }

  private void updateWatch() {
    boolean owes = openingOwed || sentEnd > receivedEnd || flushEnd > durableEnd;
    watch.await(!connected || halfClosed || owes);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    watch.end();
    @Nullable ShoalException failure;
    synchronized (this) {
      end();
      failure = cancelledFor;
    }
    atEnd.run();
    // The call may have ended well while it was being cancelled.
    if (failure == null && !status.isOk()) {
      failure = RpcErrors.fromStatus(status, trailers, node);
    }
    listener.onClosed(failure);
  }
}
