package io.shoal.common.transport;

import io.shoal.common.error.ShoalException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A small range on its way from one node: a call on the node's exchange, or a stream of its own if
 * the node has none. What comes before it was requested waits here; that is less than is asked for
 * ahead of a stream.
 */
final class SmallReadStream implements ReadStream, NodeExchange.Caller {
  private final NodeExchange exchange;
  private final GrpcReadStream.Inbox<ReadFrame> inbox;
  private final Supplier<ReadStream> ownStream;
  private final IdleWatch watch;
  private final Runnable atEnd;
  private final CallEvents events = new CallEvents();

  private NodeExchange.@Nullable Ticket ticket;
  private @Nullable ReadStream own;
  private final Queue<ReadFrame> early = new ArrayDeque<>();
  private long requested;

  /** Whether the node has said all; the listener hears so when it has got everything. */
  private boolean complete;

  private boolean ended;

  /**
   * Makes a stream that has not begun.
   *
   * @param ownStream opens a stream of its own for the same inbox, which ends with {@code atEnd} as
   *     well
   * @param watches makes the watch that cancels the stream with what it is given
   * @param atEnd runs before the inbox hears of the end, unless there is a stream of its own
   */
  SmallReadStream(
      NodeExchange exchange,
      GrpcReadStream.Inbox<ReadFrame> inbox,
      Supplier<ReadStream> ownStream,
      Function<Consumer<ShoalException>, IdleWatch> watches,
      Runnable atEnd) {
    this.exchange = exchange;
    this.inbox = inbox;
    this.ownStream = ownStream;
    this.watch = watches.apply(this::cancel);
    this.atEnd = atEnd;
  }

  void start(ReadRange range) {
    NodeExchange.Ticket given = exchange.read(range, this);
    synchronized (this) {
      ticket = given;
      if (!ended) {
        return;
      }
    }
    // It was cancelled within the call.
    given.cancel();
  }

  @Override
  public void request(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("count: " + count + " (expected: >= 1)");
    }
    ReadStream target;
    synchronized (this) {
      requested += count;
      target = own;
      if (target == null && !ended) {
        watch.await(!complete);
      }
    }
    if (target != null) {
      target.request(count);
    } else {
      events.run(this::deliver);
    }
  }

  @Override
  public void cancel(ShoalException reason) {
    NodeExchange.Ticket given;
    ReadStream target;
    synchronized (this) {
      given = ticket;
      target = own;
    }
    if (target != null) {
      target.cancel(reason);
      return;
    }
    if (given != null) {
      given.cancel();
    }
    end(reason);
  }

  @Override
  public void onReply(ExchangeReply reply) {
    watch.progress();
    if (reply instanceof ExchangeReply.Delivered delivered) {
      synchronized (this) {
        if (!ended) {
          early.add(delivered.frame());
          complete = delivered.last();
        } else {
          delivered.release();
        }
      }
      events.run(this::deliver);
    } else if (reply instanceof ExchangeReply.Ended done && done.failure() != null) {
      end(done.failure());
    } else {
      reply.release();
      synchronized (this) {
        complete = true;
      }
      events.run(this::deliver);
    }
  }

  /** Hands over what came and was requested, and the end behind it. */
  private void deliver() {
    while (true) {
      ReadFrame next;
      boolean all;
      synchronized (this) {
        next = requested > 0 && !ended ? early.poll() : null;
        requested -= next == null ? 0 : 1;
        all = complete && early.isEmpty() && next == null;
        watch.await(!complete && (requested > 0 || inbox.complete()));
      }
      if (next == null) {
        if (all) {
          end(null);
        }
        return;
      }
      try {
        inbox.accept(next);
      } catch (ShoalException misfit) {
        cancel(misfit);
        return;
      }
    }
  }

  @Override
  public void onBroken(ShoalException failure) {
    end(failure);
  }

  @Override
  public void onUnsupported() {
    ReadStream stream;
    int wanted;
    synchronized (this) {
      if (ended) {
        return;
      }
      watch.end();
      stream = ownStream.get();
      own = stream;
      wanted = (int) Math.min(Integer.MAX_VALUE, requested);
    }
    if (wanted > 0) {
      stream.request(wanted);
    }
  }

  private void end(@Nullable ShoalException failure) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      early.forEach(inbox::discard);
      early.clear();
    }
    watch.end();
    atEnd.run();
    events.run(() -> inbox.closed(failure));
  }
}
