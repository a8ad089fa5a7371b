package io.shoal.storage.rpc;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permit;
import io.shoal.common.flow.Permits;
import io.shoal.common.grant.GrantTerms;
import io.shoal.common.transport.WriteAck;
import io.shoal.common.transport.WriteFrame;
import io.shoal.common.transport.WriteOpening;
import io.shoal.common.transport.WriteReplies;
import io.shoal.common.transport.WriteSink;
import io.shoal.storage.chunk.ChunkWriter;
import io.shoal.storage.chunk.DurableLength;
import io.shoal.storage.chunk.WriterRequest;
import io.shoal.storage.heartbeat.Membership;
import io.shoal.storage.volume.ChunkStore;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One writer's stream. It takes frames one at a time: the next is asked for when the one before has
 * room in the node's budget and the stream's window is not full, so that a slow disk slows its
 * writers down and nobody else.
 *
 * <p>The lock guards everything. Every event goes through {@link #update}, which asks for the next
 * frame outside the lock, because that frame may arrive within the asking.
 */
final class WriteSession implements WriteSink {
  /** How far the stream has come. */
  private enum Stage {
    /** The first frame has not come yet. */
    AWAITING_OPENING,
    /** The volume is opening the chunk; the first frame is held. */
    OPENING,
    /** Frames go to the volume. */
    WRITING,
    /** The last frame was one with {@code finish}; what is outstanding is waited for. */
    FINISHING,
    /** Nothing is sent or taken any more. */
    ENDED
  }

  private final ChunkStore store;
  private final Membership membership;
  private final Permits budget;
  private final StreamCount streams;
  private final int windowBytes;
  private final WriteReplies replies;

  private Stage stage = Stage.AWAITING_OPENING;

  /** Asked for and not here yet. */
  private boolean frameAwaited;

  /** Owned: waits for the chunk to be opened, or for room in the budget. */
  private @Nullable WriteFrame held;

  private @Nullable CompletableFuture<Permit> room;
  private @Nullable ChunkWriter writer;

  /** Given to the volume and not taken over yet. */
  private long pendingBytes;

  /** Appends and flushes whose results have not come. */
  private int outstanding;

  private boolean halfClosed;
  private int receivedBytes;
  private DurableLength durable = DurableLength.ZERO;
  private int acknowledgedBytes;
  private boolean ackDue;

  /** Makes a session that is counted among the streams already. */
  WriteSession(
      ChunkStore store,
      Membership membership,
      Permits budget,
      StreamCount streams,
      int windowBytes,
      WriteReplies replies) {
    this.store = store;
    this.membership = membership;
    this.budget = budget;
    this.streams = streams;
    this.windowBytes = windowBytes;
    this.replies = replies;
  }

  void start() {
    update(() -> {});
  }

  @Override
  public void onFrame(WriteFrame frame) {
    update(
        () -> {
          frameAwaited = false;
          switch (stage) {
            case AWAITING_OPENING -> open(frame);
            case WRITING -> acceptFurther(frame);
            case OPENING, FINISHING, ENDED -> frame.release();
          }
        });
  }

  @Override
  public void onEnd() {
    update(
        () -> {
          halfClosed = true;
          if (stage == Stage.AWAITING_OPENING) {
            fail(invalid("the stream ended without a frame (expected: one with an opening)"));
          }
        });
  }

  @Override
  public void onReady() {
    update(
        () -> {
          if (ackDue) {
            acknowledge();
          }
        });
  }

  @Override
  public void onAborted(ShoalException reason) {
    update(this::end);
  }

  /** Lets an event change the state, and then does what follows from the state alone. */
  private void update(Runnable event) {
    if (Thread.holdsLock(this)) {
      // The event came within another one, which does the rest.
      event.run();
      return;
    }
    boolean ask;
    synchronized (this) {
      event.run();
      finishIfDone();
      ask = wantsFrame();
      frameAwaited |= ask;
    }
    if (ask) {
      replies.request(1);
    }
  }

  private boolean wantsFrame() {
    if (frameAwaited || halfClosed || held != null) {
      return false;
    }
    return stage == Stage.AWAITING_OPENING
        || (stage == Stage.WRITING && pendingBytes < windowBytes);
  }

  // ---------------------------------------------------------------------------------------------
  // opening

  private void open(WriteFrame frame) {
    @Nullable WriteOpening opening = frame.opening();
    held = frame;
    if (opening == null) {
      fail(invalid("the first frame has no opening (expected: one)"));
      return;
    }
    try {
      stage = Stage.OPENING;
      var unused =
          store
              .openWriter(permitted(opening))
              .whenComplete((opened, failure) -> update(() -> opened(opened, failure)));
    } catch (ShoalException refused) {
      fail(refused);
    }
  }

  /** Rule G4: the grant is ours, for this node, and still runs. */
  private WriterRequest permitted(WriteOpening opening) {
    Membership.Standing standing = membership.require();
    if (!opening.nodeId().equals(standing.nodeId())) {
      throw invalid(
          "the opening is for node "
              + opening.nodeId()
              + " (expected: node "
              + standing.nodeId()
              + ", which this is)");
    }
    GrantTerms terms = standing.grants().verify(opening.grant());
    terms.requireNode(standing.nodeId());
    terms.requireLiveAt(membership.logClockMillis());
    return new WriterRequest(
        terms.chunkId(),
        opening.writerNonce(),
        terms.lengthLimitBytes(),
        terms.expiresAtMillis(),
        opening.ackLevel());
  }

  private void opened(@Nullable ChunkWriter opened, @Nullable Throwable failure) {
    if (opened == null) {
      fail(ShoalException.of(failure == null ? new IllegalStateException("no writer") : failure));
      return;
    }
    if (stage == Stage.ENDED) {
      opened.close();
      return;
    }
    writer = opened;
    stage = Stage.WRITING;
    receivedBytes = opened.startBytes();
    durable = opened.startDurable();
    @Nullable WriteFrame first = held;
    held = null;
    if (first == null || !first.finish()) {
      // Where the chunk stands; with a frame that ends it, that is told at the end.
      acknowledge();
    }
    if (first != null) {
      accept(first);
    }
  }

  // ---------------------------------------------------------------------------------------------
  // writing

  private void acceptFurther(WriteFrame frame) {
    if (frame.opening() == null) {
      accept(frame);
    } else {
      frame.release();
      fail(invalid("a second opening on the stream (expected: one)"));
    }
  }

  private void accept(WriteFrame frame) {
    held = frame;
    CompletableFuture<Permit> permit = budget.acquire(frame.length());
    room = permit;
    var unused =
        permit.whenComplete((granted, failure) -> update(() -> admitted(granted, failure)));
  }

  private void admitted(@Nullable Permit permit, @Nullable Throwable failure) {
    room = null;
    @Nullable WriteFrame frame = held;
    @Nullable ChunkWriter target = writer;
    if (permit == null) {
      fail(ShoalException.of(failure == null ? new IllegalStateException("no permit") : failure));
    } else if (stage == Stage.ENDED || frame == null || target == null) {
      permit.release();
    } else {
      held = null;
      hand(target, frame, permit);
    }
  }

  private void hand(ChunkWriter target, WriteFrame frame, Permit permit) {
    if (frame.finish()) {
      stage = Stage.FINISHING;
    }
    if (frame.length() == 0 && frame.opening() != null) {
      // A writer that comes back does not know the length yet: its offset means nothing.
      frame.release();
      permit.release();
    } else {
      append(target, frame, permit);
    }
    if (frame.flush() || frame.finish()) {
      outstanding++;
      CompletableFuture<DurableLength> flushed = frame.finish() ? target.finish() : target.flush();
      var unused =
          flushed.whenComplete((reached, failure) -> update(() -> flushed(reached, failure)));
    }
  }

  private void append(ChunkWriter target, WriteFrame frame, Permit permit) {
    int length = frame.length();
    outstanding++;
    pendingBytes += length;
    var unused =
        target
            .append(frame.offset(), frame.crc32c(), frame.payload())
            .whenComplete(
                (end, failure) -> {
                  permit.release();
                  update(() -> taken(length, end, failure));
                });
  }

  private void taken(int length, @Nullable Integer end, @Nullable Throwable failure) {
    outstanding--;
    pendingBytes -= length;
    if (end == null) {
      fail(ShoalException.of(failure == null ? new IllegalStateException("no length") : failure));
      return;
    }
    receivedBytes = end;
    if (outstanding == 0 || receivedBytes - acknowledgedBytes >= windowBytes / 4) {
      acknowledge();
    }
  }

  private void flushed(@Nullable DurableLength reached, @Nullable Throwable failure) {
    outstanding--;
    if (reached == null) {
      fail(ShoalException.of(failure == null ? new IllegalStateException("no length") : failure));
      return;
    }
    durable = reached;
    if (stage == Stage.FINISHING && outstanding == 0) {
      // The last one goes with the end.
      ackDue = true;
    } else {
      acknowledge();
    }
  }

  private void acknowledge() {
    if (stage == Stage.ENDED) {
      return;
    }
    // What is told is where the chunk stands, not what changed: one that is late may stand for
    // many.
    ackDue = !replies.isReady();
    if (!ackDue) {
      sendAck();
    }
  }

  private void sendAck() {
    acknowledgedBytes = receivedBytes;
    replies.send(ack());
  }

  private WriteAck ack() {
    return new WriteAck(
        receivedBytes,
        durable.bytes(),
        durable.crc32c(),
        writer == null ? 0 : writer.volume().value());
  }

  // ----------------------------------------------------------------------------------------------
  // ending

  private void finishIfDone() {
    boolean last = stage == Stage.FINISHING || (stage == Stage.WRITING && halfClosed);
    if (!last || outstanding > 0 || held != null) {
      return;
    }
    if (ackDue) {
      replies.finish(ack());
    } else {
      replies.finish();
    }
    end();
  }

  private void fail(ShoalException failure) {
    if (stage != Stage.ENDED) {
      replies.fail(failure);
      end();
    }
  }

  private void end() {
    if (stage == Stage.ENDED) {
      return;
    }
    stage = Stage.ENDED;
    streams.leave();
    if (held != null) {
      held.release();
      held = null;
    }
    if (room != null) {
      room.cancel(false);
      room = null;
    }
    if (writer != null) {
      writer.close();
    }
  }

  private static ShoalException invalid(String message) {
    return new ShoalException(ErrorCode.INVALID_ARGUMENT, "", message);
  }
}
