package io.shoal.common.transport;

import io.grpc.ServerCall;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Small calls in, their replies out, many at once on one stream. To the handler each is a stream of
 * its own. The next requests are asked for as long as those that are under way, and the bytes of
 * the chunks among them, are not too many.
 *
 * <p>The map of calls is guarded by itself; no callback and no call of gRPC runs under that lock.
 */
final class ServerExchange extends ServerStream<ExchangeRequest, ExchangeReply> {
  private static final Logger LOG = LoggerFactory.getLogger(ServerExchange.class);

  /** Calls under way on one stream. */
  private static final int MAX_CALLS = 512;

  /** Bytes of chunks among them. */
  private static final int MAX_WRITE_BYTES = 8 << 20;

  /** Requests that are asked for ahead. */
  private static final int MAX_AHEAD = 32;

  private final ChunkHandler handler;
  private final Consumer<ServerExchange> atEnd;
  private final Map<Long, Call<?>> calls = new HashMap<>();
  private long writeBytes;
  private int ahead;

  /** Whether it ends as soon as no call is under way. */
  private boolean ending;

  /**
   * Makes the answering end of a stream.
   *
   * @param atEnd told once, when nothing more comes and goes
   */
  ServerExchange(
      ServerCall<Envelope<ExchangeRequest>, Envelope<ExchangeReply>> call,
      int onReadyThresholdBytes,
      ChunkHandler handler,
      Consumer<ServerExchange> atEnd) {
    super(call, onReadyThresholdBytes);
    this.handler = handler;
    this.atEnd = atEnd;
  }

  void start() {
    askForMore();
  }

  /** Ends the stream when what is under way has been answered. */
  void drain() {
    synchronized (calls) {
      ending = true;
    }
    finishIfDone();
  }

  @Override
  void release(ExchangeReply reply) {
    reply.release();
  }

  @Override
  void received(ExchangeRequest request) {
    synchronized (calls) {
      ahead--;
    }
    if (!open()) {
      request.release();
    } else if (request instanceof ExchangeRequest.Cancel cancel) {
      cancel(cancel.call());
    } else if (request instanceof ExchangeRequest.Write write) {
      begin(new WriteCall(write));
    } else if (request instanceof ExchangeRequest.Read read) {
      begin(new ReadCall(read));
    }
    askForMore();
  }

  private void begin(Call<?> call) {
    boolean fresh;
    synchronized (calls) {
      fresh = calls.putIfAbsent(call.number, call) == null;
      writeBytes += fresh ? call.bytes : 0;
    }
    if (!fresh) {
      call.drop();
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          "",
          "call " + call.number + " is under way already (expected: a number not used yet)");
    }
    call.guarded(call::open);
  }

  private void cancel(long number) {
    Call<?> call = ended(number);
    if (call != null) {
      call.abort(new ShoalException(ErrorCode.CANCELLED, "", "the peer has cancelled the call"));
    }
  }

  private void askForMore() {
    int more;
    synchronized (calls) {
      boolean room = calls.size() < MAX_CALLS && writeBytes < MAX_WRITE_BYTES;
      more = room && ahead <= MAX_AHEAD / 2 ? MAX_AHEAD - ahead : 0;
      ahead += more;
    }
    if (more > 0) {
      requestMessages(more);
    }
  }

  /** Forgets a call; returns null if it was not there any more. */
  private @Nullable Call<?> ended(long number) {
    synchronized (calls) {
      Call<?> call = calls.remove(number);
      writeBytes -= call == null ? 0 : call.bytes;
      return call;
    }
  }

  private void finishIfDone() {
    boolean done;
    synchronized (calls) {
      done = ending && calls.isEmpty();
    }
    if (done && open()) {
      finish();
      atEnd.accept(this);
    }
  }

  private List<Call<?>> underWay() {
    synchronized (calls) {
      return new ArrayList<>(calls.values());
    }
  }

  @Override
  public void onHalfClose() {
    drain();
  }

  @Override
  public void onReady() {
    for (Call<?> call : underWay()) {
      call.guarded(call::ready);
    }
  }

  @Override
  void aborted(ShoalException reason) {
    List<Call<?>> left;
    synchronized (calls) {
      left = new ArrayList<>(calls.values());
      calls.clear();
      writeBytes = 0;
    }
    left.forEach(call -> call.abort(reason));
    atEnd.accept(this);
  }

  /** A call, which the handler takes for a stream. */
  private abstract class Call<T> implements ReplyStream<T> {
    private final long number;
    private final int bytes;

    Call(long number, int bytes) {
      this.number = number;
      this.bytes = bytes;
    }

    abstract void open();

    abstract void ready();

    /** Gives up what the call owns, and tells the handler. */
    abstract void abort(ShoalException reason);

    /** Gives up what the call owns. */
    abstract void drop();

    @Override
    public boolean isReady() {
      return ServerExchange.this.isReady();
    }

    @Override
    public void finish() {
      reply(new ExchangeReply.Ended(number, null));
    }

    @Override
    public void fail(ShoalException failure) {
      reply(new ExchangeReply.Ended(number, failure));
    }

    long number() {
      return number;
    }

    /** Sends a reply unless the call has ended, which the last one does. */
    void reply(ExchangeReply reply) {
      boolean underWay;
      if (reply.last()) {
        underWay = ended(number) != null;
      } else {
        synchronized (calls) {
          underWay = calls.containsKey(number);
        }
      }
      if (!underWay) {
        reply.release();
        return;
      }
      ServerExchange.this.send(reply);
      if (reply.last()) {
        drop();
        askForMore();
        finishIfDone();
      }
    }

    /** Runs a callback of the handler; what it throws ends the call, and no other. */
    void guarded(Runnable callback) {
      try {
        callback.run();
      } catch (RuntimeException e) {
        ShoalException failure = ShoalException.of(e);
        if (failure.code() == ErrorCode.INTERNAL) {
          LOG.error("A small call failed", e);
        }
        fail(failure);
      }
    }
  }

  private final class WriteCall extends Call<WriteAck> implements WriteReplies {
    /** Owned until it is delivered. Guarded by the call, as what follows. */
    private @Nullable WriteFrame frame;

    private @Nullable WriteSink sink;
    private boolean requested;

    WriteCall(ExchangeRequest.Write request) {
      super(request.call(), request.frame().length());
      this.frame = request.frame();
    }

    @Override
    void open() {
      WriteSink opened = handler.openWrite(this);
      synchronized (this) {
        sink = opened;
      }
      deliver();
    }

    @Override
    public void request(int count) {
      synchronized (this) {
        requested = true;
      }
      deliver();
    }

    private void deliver() {
      WriteFrame whole;
      WriteSink target;
      synchronized (this) {
        target = sink;
        whole = frame;
        if (target == null || whole == null || !requested) {
          return;
        }
        frame = null;
      }
      target.onFrame(whole);
      target.onEnd();
    }

    @Override
    public void send(WriteAck ack) {
      reply(new ExchangeReply.Acknowledged(number(), false, ack));
    }

    @Override
    public void finish(WriteAck last) {
      reply(new ExchangeReply.Acknowledged(number(), true, last));
    }

    @Override
    void ready() {
      WriteSink target = sink();
      if (target != null) {
        target.onReady();
      }
    }

    @Override
    void abort(ShoalException reason) {
      drop();
      WriteSink target = sink();
      if (target != null) {
        target.onAborted(reason);
      }
    }

    private synchronized @Nullable WriteSink sink() {
      return sink;
    }

    @Override
    synchronized void drop() {
      if (frame != null) {
        frame.release();
        frame = null;
      }
    }
  }

  private final class ReadCall extends Call<ReadFrame> {
    private final ReadRange range;
    private volatile @Nullable ReplySource source;

    ReadCall(ExchangeRequest.Read request) {
      super(request.call(), 0);
      this.range = request.range();
    }

    @Override
    void open() {
      source = handler.openRead(range, this);
    }

    @Override
    public void send(ReadFrame frame) {
      reply(new ExchangeReply.Delivered(number(), false, frame));
    }

    @Override
    public void finish(ReadFrame last) {
      reply(new ExchangeReply.Delivered(number(), true, last));
    }

    @Override
    void ready() {
      ReplySource target = source;
      if (target != null) {
        target.onReady();
      }
    }

    @Override
    void abort(ShoalException reason) {
      ReplySource target = source;
      if (target != null) {
        target.onAborted(reason);
      }
    }

    @Override
    void drop() {
      // Owns nothing.
    }
  }
}
