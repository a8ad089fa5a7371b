package io.shoal.common.transport;

import io.shoal.common.error.ShoalException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A chunk on its way to one node, in the way that fits: the first frame tells. A small chunk that
 * is whole in it is a call on the node's exchange, any other gets a stream of its own, as does one
 * for a node that has no exchange.
 */
final class SmallWriteStream implements WriteStream, NodeExchange.Caller {
  private final NodeExchange exchange;
  private final WriteListener listener;
  private final Supplier<WriteStream> ownStream;
  private final IdleWatch watch;
  private final Runnable atEnd;
  private final CallEvents events = new CallEvents();

  private @Nullable WriteStream own;
  private NodeExchange.@Nullable Ticket ticket;

  /** Owned until the call is answered, for the case that the node has no exchange. */
  private @Nullable WriteFrame whole;

  private boolean ended;

  /**
   * Makes a stream that has not begun.
   *
   * @param ownStream opens a stream of its own for the same listener, which ends with {@code atEnd}
   *     as well
   * @param watches makes the watch that cancels the stream with what it is given
   * @param atEnd runs before the listener hears of the end, unless there is a stream of its own
   */
  SmallWriteStream(
      NodeExchange exchange,
      WriteListener listener,
      Supplier<WriteStream> ownStream,
      Function<Consumer<ShoalException>, IdleWatch> watches,
      Runnable atEnd) {
    this.exchange = exchange;
    this.listener = listener;
    this.ownStream = ownStream;
    this.watch = watches.apply(this::cancel);
    this.atEnd = atEnd;
  }

  @Override
  public void send(WriteFrame frame) {
    boolean small;
    synchronized (this) {
      small = own == null && whole == null && !ended && ExchangeRequest.Write.fits(frame);
      if (small) {
        whole = frame.retainedDuplicate();
      }
    }
    if (!small) {
      ownOrDropped(stream -> stream.send(frame), frame::release);
      return;
    }
    watch.await(true);
    NodeExchange.Ticket given = exchange.write(frame, this);
    synchronized (this) {
      ticket = given;
      if (!ended) {
        return;
      }
    }
    // It was cancelled within the call.
    given.cancel();
  }

  /** Does something with the stream of its own, which begins now if nothing has begun. */
  private void ownOrDropped(Consumer<WriteStream> action, Runnable otherwise) {
    WriteStream target;
    synchronized (this) {
      if (own == null && whole == null && ticket == null && !ended) {
        own = ownStream.get();
      }
      target = own;
    }
    if (target != null) {
      action.accept(target);
    } else {
      otherwise.run();
    }
  }

  @Override
  public boolean isReady() {
    boolean[] ready = new boolean[1];
    ownOrDropped(stream -> ready[0] = stream.isReady(), () -> {});
    return ready[0];
  }

  @Override
  public void halfClose() {
    // Behind a whole chunk nothing else can come.
    ownOrDropped(WriteStream::halfClose, () -> {});
  }

  @Override
  public void cancel(ShoalException reason) {
    NodeExchange.Ticket given;
    boolean small;
    synchronized (this) {
      given = ticket;
      small = whole != null;
    }
    if (!small) {
      ownOrDropped(stream -> stream.cancel(reason), () -> {});
    } else if (given == null || given.cancel()) {
      end(reason);
    }
  }

  @Override
  public void onReply(ExchangeReply reply) {
    watch.progress();
    if (reply instanceof ExchangeReply.Acknowledged acknowledged) {
      events.run(() -> listener.onAck(acknowledged.ack()));
      if (reply.last()) {
        end(null);
      }
    } else if (reply instanceof ExchangeReply.Ended done) {
      end(done.failure());
    } else {
      reply.release();
    }
  }

  @Override
  public void onBroken(ShoalException failure) {
    end(failure);
  }

  @Override
  public void onUnsupported() {
    WriteFrame again;
    WriteStream stream;
    synchronized (this) {
      again = whole;
      whole = null;
      if (ended || again == null) {
        return;
      }
      watch.end();
      stream = ownStream.get();
      own = stream;
    }
    stream.send(again);
    stream.halfClose();
  }

  private void end(@Nullable ShoalException failure) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      if (whole != null) {
        whole.release();
        whole = null;
      }
    }
    watch.end();
    atEnd.run();
    events.run(() -> listener.onClosed(failure));
  }
}
