package io.shoal.client.internal.read;

import io.netty.buffer.ByteBuf;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.shard.Shard;
import io.shoal.common.transport.ReadFrame;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscriber's stream of a range of a file. The range is fetched in segments, several at once
 * and ahead of the subscriber, and delivered in order as it is asked for. How far ahead begins with
 * one frame and doubles with every segment that was taken, so that whoever looks at the beginning
 * of a file does not fetch much more.
 *
 * <p>What is fetched ahead needs a share of the budget, which is never waited for: without one,
 * only the segment is fetched that the subscriber waits for, no larger than a frame.
 *
 * <p>Owned by a shard on the callback executor, where the subscriber's methods are called as well.
 */
final class RangeSubscription implements Flow.Subscription, Operation {
  private static final Logger LOG = LoggerFactory.getLogger(RangeSubscription.class);

  private static final int FRAME_BYTES = ReadFrame.PAYLOAD_LIMIT_BYTES;

  /** What nodes keep checksums of; segments end with such a block where they can. */
  private static final int BLOCK_BYTES = 16 << 10;

  private static final int MAX_SEGMENTS = 8;

  /** Frames that a segment asks for ahead; its bytes are paid for already. */
  private static final int FRAMES_AHEAD = 16;

  private final ReadContext context;
  private final ExtentMap extents;
  private final Piece.Cutter cutter;
  private final Flow.Subscriber<? super ByteBuffer> subscriber;
  private final Shard shard;
  private final long end;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  /** Where the next segment begins. */
  private long next;

  private final Deque<Segment> segments = new ArrayDeque<>();
  private long demand;
  private long windowBytes = FRAME_BYTES;

  /** Bytes of segments that were begun and not delivered yet. */
  private long aheadBytes;

  private boolean extentAsked;
  private volatile boolean over;

  RangeSubscription(
      ReadContext context,
      ExtentMap extents,
      long begin,
      long end,
      Piece.Cutter cutter,
      Flow.Subscriber<? super ByteBuffer> subscriber) {
    this.context = context;
    this.extents = extents;
    this.next = begin;
    this.end = end;
    this.cutter = cutter;
    this.subscriber = subscriber;
    this.shard =
        new Shard(
            "stream",
            context.resources().executors().callbacks(),
            Integer.MAX_VALUE,
            (where, fault) -> {
              context.resources().executors().faults().onFault(where, fault);
              fail(ShoalException.of(fault));
            });
  }

  /** Introduces itself to the subscriber; nothing is fetched before it asks. */
  void start() {
    shard.execute(
        () -> {
          tell(() -> subscriber.onSubscribe(this));
          if (next == end) {
            complete();
          }
        });
  }

  /** Introduces itself to the subscriber and fails at once. */
  void reject(ShoalException reason) {
    shard.execute(
        () -> {
          tell(() -> subscriber.onSubscribe(this));
          fail(reason);
        });
  }

  @Override
  public void request(long count) {
    shard.execute(
        () -> {
          if (over) {
            return;
          }
          if (count <= 0) {
            // Rule 3.9 of the specification of reactive streams.
            fail(new IllegalArgumentException("requested: " + count + " (expected: > 0)"));
            return;
          }
          demand = demand + count < 0 ? Long.MAX_VALUE : demand + count;
          goOn();
        });
  }

  @Override
  public void cancel() {
    over = true;
    shard.execute(
        () -> release(new ShoalException(ErrorCode.CANCELLED, "", "the stream was cancelled")));
  }

  @Override
  public void stop(ShoalException reason) {
    shard.execute(() -> fail(reason));
  }

  @Override
  public CompletableFuture<?> ended() {
    return ended;
  }

  // ----------------------------------------------------------------------------------------
  // delivery

  private void goOn() {
    deliver();
    if (!over && next == end && segments.isEmpty()) {
      complete();
    }
    launch();
  }

  private void deliver() {
    Segment head = segments.peek();
    while (!over && head != null) {
      Piece piece = demand > 0 ? head.pieces.poll() : null;
      if (piece != null) {
        demand--;
        aheadBytes -= piece.length();
        head.giveBack(piece.length());
        try {
          tell(() -> subscriber.onNext(piece.bytes()));
        } finally {
          piece.release();
        }
      } else if (head.delivered && head.pieces.isEmpty()) {
        segments.remove();
        head.release();
        windowBytes = Math.min(context.settings().readAheadBytes(), 2 * windowBytes);
        head = segments.peek();
      } else {
        return;
      }
    }
  }

  private void complete() {
    if (!over) {
      over = true;
      ended.complete(null);
      tell(subscriber::onComplete);
    }
  }

  private void fail(Throwable failure) {
    if (!over) {
      over = true;
      release(ShoalException.of(failure));
      tell(() -> subscriber.onError(failure));
    }
  }

  private void release(ShoalException reason) {
    for (Segment segment : segments) {
      segment.reader.cancel(reason);
      segment.release();
    }
    segments.clear();
    ended.complete(null);
  }

  /** Calls the subscriber. One that throws breaks its contract, and gets nothing more. */
  private void tell(Runnable signal) {
    try {
      signal.run();
    } catch (RuntimeException thrown) {
      LOG.warn("the subscriber to a file threw", thrown);
      over = true;
      release(new ShoalException(ErrorCode.CANCELLED, "", "the subscriber threw"));
    }
  }

  // -----------------------------------------------------------------------------------------
  // fetching

  private void launch() {
    while (!over && !extentAsked && next < end && hasRoomForSegment()) {
      FileExtent known = extents.known(next);
      if (known == null) {
        askExtent();
      } else if (!begin(known)) {
        return;
      }
    }
  }

  private boolean hasRoomForSegment() {
    return segments.isEmpty()
        || (segments.size() < MAX_SEGMENTS && windowBytes - aheadBytes >= segmentBytes());
  }

  /** Returns the size of the next segment: so that several fit into the window. */
  private int segmentBytes() {
    return (int)
        Math.max(FRAME_BYTES, Math.min(context.settings().segmentBytes(), windowBytes / 4));
  }

  private void askExtent() {
    extentAsked = true;
    Listening.to(
        extents.ask(next),
        (found, failure) ->
            shard.execute(
                () -> {
                  extentAsked = false;
                  if (failure != null) {
                    fail(ShoalException.of(failure));
                  } else {
                    goOn();
                  }
                }));
  }

  /** Begins the next segment; returns false if it has to wait until bytes were delivered. */
  private boolean begin(FileExtent extent) {
    FileExtent range = cut(extent.part(next, end), segmentBytes());
    ReadAhead.Share share = context.readAhead().tryTake(range.length());
    if (share == null) {
      if (!segments.isEmpty() || demand == 0) {
        return false;
      }
      range = cut(range, FRAME_BYTES);
    }
    next = range.end();
    aheadBytes += range.length();
    Segment segment = new Segment(range, share);
    segments.add(segment);
    segment.reader.start();
    segment.reader.request(FRAMES_AHEAD);
    return true;
  }

  private static FileExtent cut(FileExtent range, int most) {
    if (range.length() <= most) {
      return range;
    }
    int overhang = (range.chunkOffset() + most) % BLOCK_BYTES;
    int length = overhang < most ? most - overhang : most;
    return range.part(range.fileOffset(), range.fileOffset() + length);
  }

  /** Bytes that are fetched together. */
  private final class Segment implements ChunkRangeReader.Sink {
    private final ReadAhead.@Nullable Share share;
    private final ChunkRangeReader reader;
    private final Deque<Piece> pieces = new ArrayDeque<>();
    private boolean delivered;

    Segment(FileExtent range, ReadAhead.@Nullable Share share) {
      this.share = share;
      this.reader = new ChunkRangeReader(context, range, shard, this);
    }

    @Override
    public void onBytes(int offset, ByteBuf payload) {
      cutter.cut(payload, context.settings().pieceBytes(), pieces);
      reader.request(1);
      if (this == segments.peek()) {
        goOn();
      }
    }

    @Override
    public void onEnd(@Nullable ShoalException failure) {
      if (failure != null) {
        fail(failure);
        return;
      }
      delivered = true;
      goOn();
    }

    void giveBack(int bytes) {
      if (share != null) {
        share.giveBack(bytes);
      }
    }

    void release() {
      pieces.forEach(Piece::release);
      pieces.clear();
      if (share != null) {
        share.giveBackAll();
      }
    }
  }
}
