package io.shoal.common.transport;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.time.Timer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The small calls over one connection, on one stream. It begins with the first call and stays open;
 * when it breaks, its calls fail and the next one begins a new stream. A node that does not know
 * such streams is told apart: then its calls are to be made in another way.
 *
 * <p>The lock guards the state and the sending. Callers are told without it.
 */
final class NodeExchange {
  /** Whoever made a call. Called on event loops, one call at a time for each caller. */
  interface Caller {
    /** Takes a reply, and what it owns. */
    void onReply(ExchangeReply reply);

    /** No reply comes any more. */
    void onBroken(ShoalException failure);

    /** The node knows no such calls; nothing has happened. */
    void onUnsupported();
  }

  private final Channel channel;
  private final ChunkMethods methods;
  private final HostPort node;
  private final int onReadyThresholdBytes;
  private final Idle idle;

  private @Nullable Stream stream;
  private boolean unsupported;
  private boolean closed;

  /**
   * When a stream without calls ends, so that its connection can end as well.
   *
   * @param timer for that
   * @param executor where the timer's tasks run
   */
  record Idle(Duration limit, Timer timer, Executor executor) {}

  NodeExchange(
      Channel channel, ChunkMethods methods, HostPort node, int onReadyThresholdBytes, Idle idle) {
    this.channel = channel;
    this.methods = methods;
    this.node = node;
    this.onReadyThresholdBytes = onReadyThresholdBytes;
    this.idle = idle;
  }

  /** Tells whether it is worth trying. */
  synchronized boolean supported() {
    return !unsupported && !closed;
  }

  /**
   * Writes a chunk.
   *
   * @param frame <em>taken</em>
   */
  Ticket write(WriteFrame frame, Caller caller) {
    return call(caller, number -> new ExchangeRequest.Write(number, frame));
  }

  /** Reads a range. */
  Ticket read(ReadRange range, Caller caller) {
    return call(caller, number -> new ExchangeRequest.Read(number, range));
  }

  private Ticket call(Caller caller, Numbered request) {
    Ticket ticket = currentStream().call(caller, request);
    if (ticket != null) {
      return ticket;
    }
    // It has just ended, for want of calls perhaps: the next one takes it.
    Stream next = currentStream();
    ticket = next.call(caller, request);
    if (ticket != null) {
      return ticket;
    }
    request.with(0).release();
    next.tellEnd(caller);
    return () -> false;
  }

  private ShoalException ended() {
    return new ShoalException(
        ErrorCode.UNAVAILABLE, node.toString(), node + " ends its streams (expected: an answer)");
  }

  /** Takes no more calls; ends when those under way have ended. */
  void close() {
    Stream open;
    synchronized (this) {
      closed = true;
      open = stream;
      stream = null;
    }
    if (open != null) {
      open.close();
    }
  }

  private Stream currentStream() {
    Stream fresh;
    synchronized (this) {
      Stream current = stream;
      if (current != null && !current.isOver()) {
        return current;
      }
      CallOptions options = CallOptions.DEFAULT.withOnReadyThreshold(onReadyThresholdBytes);
      fresh = new Stream(channel.newCall(methods.exchange, options));
      stream = fresh;
      // Within the lock: nobody may use it before it has begun. It calls nobody back from here.
      fresh.start();
    }
    return fresh;
  }

  private synchronized void markUnsupported() {
    unsupported = true;
  }

  /** What a caller holds to end its call. */
  interface Ticket {
    /** Ends a call whose caller wants to hear no more; whoever hears of it first wins. */
    boolean cancel();
  }

  /** Makes a request of the number that it gets. */
  private interface Numbered {
    ExchangeRequest with(long number);
  }

  private final class Stream extends ClientCall.Listener<Envelope<ExchangeReply>> {
    private final ClientCall<Envelope<ExchangeRequest>, Envelope<ExchangeReply>> call;
    private final Map<Long, Caller> callers = new HashMap<>();

    /** What waits for a connection or for room; gRPC would keep it as streams that may leak. */
    private final Queue<ExchangeRequest> unsent = new ArrayDeque<>();

    private long calls;
    private boolean answered;
    private Timer.@Nullable Scheduled alarm;

    /** How many calls there had been when the alarm was set. */
    private long callsAtAlarm;

    /** Whether it takes no more calls. */
    private boolean closing;

    private boolean halfClosed;
    private boolean over;
    private @Nullable ShoalException reason;

    /**
     * Set with {@link #over}: whether the node knows no such streams, or else what callers hear.
     */
    private boolean unknown;

    private ShoalException failure = ended();

    Stream(ClientCall<Envelope<ExchangeRequest>, Envelope<ExchangeReply>> call) {
      this.call = call;
    }

    void start() {
      call.start(this, new Metadata());
      // Replies are what was asked for, and whoever asks bounds that.
      call.request(Integer.MAX_VALUE);
    }

    synchronized boolean isOver() {
      return over || closing;
    }

    /** Makes a call; returns null if the stream takes none any more. */
    @Nullable Ticket call(Caller caller, Numbered request) {
      synchronized (this) {
        if (over || halfClosed) {
          return null;
        }
        long number = ++calls;
        callers.put(number, caller);
        unsent.add(request.with(number));
        sendWhatGoes();
        return () -> cancel(number);
      }
    }

    private boolean cancel(long number) {
      synchronized (this) {
        if (callers.remove(number) == null) {
          return false;
        }
        boolean waited =
            unsent.removeIf(
                request -> {
                  boolean found = request.call() == number;
                  if (found) {
                    request.release();
                  }
                  return found;
                });
        if (!waited && !over && !halfClosed) {
          unsent.add(new ExchangeRequest.Cancel(number));
          sendWhatGoes();
        }
        endIfWanted();
        return true;
      }
    }

    private void sendWhatGoes() {
      while (!unsent.isEmpty() && !over && call.isReady()) {
        ExchangeRequest next = unsent.remove();
        try {
          call.sendMessage(new Envelope.Whole<>(next));
        } finally {
          next.release();
        }
      }
    }

    /** Takes no more calls, and ends when those under way have ended. */
    synchronized void close() {
      closing = true;
      endIfWanted();
    }

    private void endIfWanted() {
      if (!callers.isEmpty() || !unsent.isEmpty() || over || halfClosed) {
        return;
      }
      if (closing) {
        halfClosed = true;
        call.halfClose();
        stopAlarm();
      } else if (alarm == null) {
        setAlarm();
      }
    }

    private void setAlarm() {
      callsAtAlarm = calls;
      alarm = idle.timer.schedule(idle.limit, idle.executor, this::lookWhetherIdle);
    }

    private void stopAlarm() {
      if (alarm != null) {
        alarm.cancel();
        alarm = null;
      }
    }

    private synchronized void lookWhetherIdle() {
      alarm = null;
      if (calls == callsAtAlarm) {
        close();
      } else {
        endIfWanted();
      }
    }

    @Override
    public void onReady() {
      synchronized (this) {
        sendWhatGoes();
      }
    }

    @Override
    public void onMessage(Envelope<ExchangeReply> envelope) {
      if (envelope instanceof Envelope.Malformed<ExchangeReply> malformed) {
        synchronized (this) {
          reason = malformed.failure();
        }
        call.cancel(malformed.failure().toString(), malformed.failure());
      } else if (envelope instanceof Envelope.Whole<ExchangeReply> whole) {
        pass(whole.message());
      }
    }

    private void pass(ExchangeReply reply) {
      Caller caller;
      synchronized (this) {
        answered = true;
        caller = reply.last() ? callers.remove(reply.call()) : callers.get(reply.call());
        endIfWanted();
      }
      if (caller == null) {
        // Its call was cancelled.
        reply.release();
      } else {
        caller.onReply(reply);
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      List<Caller> left;
      synchronized (this) {
        stopAlarm();
        left = new ArrayList<>(callers.values());
        callers.clear();
        unsent.forEach(ExchangeRequest::release);
        unsent.clear();
        unknown = status.getCode() == Status.Code.UNIMPLEMENTED && !answered;
        if (reason != null) {
          failure = reason;
        } else if (!status.isOk()) {
          failure = RpcErrors.fromStatus(status, trailers, node);
        }
        over = true;
      }
      if (unknown) {
        markUnsupported();
      }
      left.forEach(this::tellEnd);
    }

    /** Tells a caller that this stream will not answer, and why. */
    void tellEnd(Caller caller) {
      boolean unsupportedHere;
      ShoalException why;
      synchronized (this) {
        unsupportedHere = unknown;
        why = failure;
      }
      if (unsupportedHere) {
        caller.onUnsupported();
      } else {
        caller.onBroken(why);
      }
    }
  }
}
