package io.shoal.client.internal.read;

import io.netty.buffer.ByteBuf;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.checksum.Crc32c;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.NodeId;
import io.shoal.common.time.Timer;
import io.shoal.common.transport.ReadFrame;
import io.shoal.common.transport.ReadListener;
import io.shoal.common.transport.ReadRange;
import io.shoal.common.transport.ReadStream;
import io.shoal.common.transport.StreamLimits;
import io.shoal.proto.v1.LocateReply;
import io.shoal.proto.v1.LocateRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a range of one chunk, verified and in order. When a replica fails, stalls, is short (rule
 * D4) or delivers bytes that do not fit their checksum, it goes on at the same offset from another
 * one; when all have failed it asks where the chunk is now, some times, and then gives up with
 * {@link ErrorCode#CHUNK_UNREADABLE}. One stream is open at a time; hedging would open a second one
 * in {@link #tryNext}.
 *
 * <p>Owned by the shard of its operation.
 */
final class ChunkRangeReader {
  /** Takes what is read, in the shard. */
  interface Sink {
    /**
     * The next bytes, verified.
     *
     * @param offset in the chunk
     * @param payload <em>taken</em> by the sink
     */
    void onBytes(int offset, ByteBuf payload);

    /**
     * The last call, unless the reader was cancelled.
     *
     * @param failure null if the whole range was delivered
     */
    void onEnd(@Nullable ShoalException failure);
  }

  /** The reader ... */
  enum Stage {
    /** ... has a stream from a replica. */
    READING,
    /** ... has tried all replicas that it knew, and asks for others. */
    LOCATING,
    /** ... has delivered everything, has failed, or was cancelled. */
    ENDED
  }

  private static final Logger LOG = LoggerFactory.getLogger(ChunkRangeReader.class);

  /** How often to ask where the chunk is, and the wait before each time. */
  private static final List<Duration> LOCATE_PAUSES =
      List.of(Duration.ZERO, Duration.ofMillis(500), Duration.ofSeconds(2));

  private final ReadContext context;
  private final Executor shard;
  private final int end;
  private final Sink sink;

  private Stage stage = Stage.READING;
  private ChunkReplicas chunk;
  private int next;
  private final Set<NodeId> tried = new HashSet<>();
  private final List<String> failures = new ArrayList<>();
  private int locateCount;
  private @Nullable Attempt attempt;
  private Timer.@Nullable Scheduled pause;

  /** Frames that the sink asked for and has not got. */
  private int wantedFrames;

  /**
   * Makes a reader.
   *
   * @param range what to read, at least 1 byte
   * @param shard sends tasks to the shard that owns this object
   */
  ChunkRangeReader(ReadContext context, FileExtent range, Executor shard, Sink sink) {
    this.context = context;
    this.shard = shard;
    this.chunk = range.chunk();
    this.next = range.chunkOffset();
    this.end = range.chunkOffset() + range.length();
    this.sink = sink;
  }

  /** Begins; nothing is delivered before it was asked for. */
  void start() {
    tryNext();
  }

  /** Asks for so many more frames. */
  void request(int frames) {
    wantedFrames += frames;
    if (attempt != null) {
      attempt.request(frames);
    }
  }

  /** Ends it without a further call of the sink. */
  void cancel(ShoalException reason) {
    if (stage == Stage.ENDED) {
      return;
    }
    stage = Stage.ENDED;
    if (attempt != null) {
      attempt.close(reason);
    }
    if (pause != null) {
      pause.cancel();
    }
  }

  // -------------------------------------------------------------------------------------- replicas

  private void tryNext() {
    List<ChunkReplicas.Node> candidates = new ArrayList<>(chunk.nodes());
    candidates.removeIf(node -> tried.contains(node.id()));
    if (candidates.isEmpty()) {
      locateLater();
      return;
    }
    stage = Stage.READING;
    ChunkReplicas.Node node = context.choice().best(chunk.id(), candidates);
    tried.add(node.id());
    attempt = new Attempt(node);
    attempt.open(limits(candidates.size() > 1));
  }

  /** As long as there is another replica to turn to, a stalled one is left sooner. */
  private StreamLimits limits(boolean hasAlternative) {
    Duration stallTimeout = context.resources().config().stallTimeout();
    return StreamLimits.idle(hasAlternative ? stallTimeout.dividedBy(3) : stallTimeout);
  }

  private void onFrame(Attempt from, ReadFrame frame) {
    if (from != attempt || stage != Stage.READING) {
      frame.release();
      return;
    }
    int length = frame.length();
    if (frame.offset() != next || length > end - next) {
      frame.release();
      onFailed(from, misplaced(frame.offset(), length));
      return;
    }
    int crc32c = frame.verified() ? frame.crc32c() : Crc32c.of(frame.payload());
    if (crc32c != frame.crc32c()) {
      frame.release();
      onFailed(from, mismatch(length, crc32c, frame.crc32c()));
      return;
    }
    int offset = next;
    next += length;
    wantedFrames--;
    from.got(length);
    sink.onBytes(offset, frame.payload());
    if (next == end && stage == Stage.READING) {
      // The stream ends by itself; what it still says is not heard.
      attempt = null;
      stage = Stage.ENDED;
      context.suspicions().reportSuccess(from.node.id());
      sink.onEnd(null);
    }
  }

  private ShoalException misplaced(int offset, int length) {
    return new ShoalException(
        ErrorCode.INTERNAL,
        "",
        "frame at %d of %d bytes (expected: at %d, at most %d)"
            .formatted(offset, length, next, end - next));
  }

  private ShoalException mismatch(int length, int actual, int expected) {
    return new ShoalException(
        ErrorCode.CHECKSUM_MISMATCH,
        "",
        "CRC32C of %d bytes at %d: %08x (expected: %08x)"
            .formatted(length, next, actual, expected));
  }

  private void onClosed(Attempt from, @Nullable ShoalException failure) {
    if (from == attempt && stage == Stage.READING) {
      onFailed(from, failure != null ? failure : endedEarly());
    }
  }

  private ShoalException endedEarly() {
    return new ShoalException(
        ErrorCode.REPLICA_SHORT, "", "the stream ended at " + next + " (expected: " + end + ")");
  }

  private void onFailed(Attempt from, ShoalException failure) {
    from.close(failure);
    attempt = null;
    if (failure.code() == ErrorCode.CANCELLED) {
      end(failure);
      return;
    }
    if (isFaultOfNode(failure.code())) {
      context.suspicions().reportFailure(from.node.id());
    }
    LOG.info("chunk {} at {}: node {} failed: {}", chunk.id(), next, from.node.id(), failure);
    failures.add("node " + from.node.id() + " (" + from.node.address() + "): " + failure);
    tryNext();
  }

  /** What a bad replica alone explains is not held against the node. */
  private static boolean isFaultOfNode(ErrorCode code) {
    return switch (code) {
      case REPLICA_SHORT, CHUNK_UNKNOWN, CHECKSUM_MISMATCH, OVERLOADED -> false;
      default -> true;
    };
  }

  // --------------------------------------------------------------------------------------
  // locations

  private void locateLater() {
    if (locateCount == LOCATE_PAUSES.size()) {
      end(unreadable());
      return;
    }
    stage = Stage.LOCATING;
    Duration wait = LOCATE_PAUSES.get(locateCount);
    locateCount++;
    if (wait.isZero()) {
      locate();
    } else {
      pause = context.resources().timer().schedule(wait, shard, this::locate);
    }
  }

  private void locate() {
    if (stage != Stage.LOCATING) {
      return;
    }
    LocateRequest request = LocateRequest.newBuilder().addChunkIds(chunk.id().value()).build();
    Listening.to(
        context.metadata().locate(request, context.resources().metadataDeadline()),
        (reply, failure) -> shard.execute(() -> onLocated(reply, failure)));
  }

  private void onLocated(@Nullable LocateReply reply, @Nullable Throwable failure) {
    if (stage != Stage.LOCATING) {
      return;
    }
    if (reply == null) {
      onNotLocated(ShoalException.of(failure == null ? new IllegalStateException() : failure));
      return;
    }
    if (reply.getChunksCount() == 0) {
      end(
          new ShoalException(
              ErrorCode.GENERATION_GONE,
              "chunk " + chunk.id(),
              "is gone: the file was altered or deleted, and its grace period is over"));
      return;
    }
    try {
      chunk = ChunkReplicas.of(reply.getChunks(0), ChunkReplicas.nodesOf(reply.getNodesList()));
    } catch (ShoalException malformed) {
      end(malformed);
      return;
    }
    tried.clear();
    tryNext();
  }

  private void onNotLocated(ShoalException failure) {
    if (failure.code() == ErrorCode.CANCELLED) {
      end(failure);
    } else {
      failures.add("asking for its nodes: " + failure);
      end(unreadable());
    }
  }

  private ShoalException unreadable() {
    return new ShoalException(
        ErrorCode.CHUNK_UNREADABLE,
        "chunk " + chunk.id(),
        "no replica delivered bytes "
            + next
            + " to "
            + end
            + "; tried: "
            + (failures.isEmpty() ? "none, it has no replicas" : String.join("; ", failures)));
  }

  private void end(ShoalException failure) {
    stage = Stage.ENDED;
    sink.onEnd(failure);
  }

  /** A stream from one replica. */
  private final class Attempt implements ReadListener {
    private final ChunkReplicas.Node node;
    private @Nullable ReadStream stream;

    /** Bytes that the node still has to deliver, as {@link ReplicaChoice} was told. */
    private int expectedBytes;

    Attempt(ChunkReplicas.Node node) {
      this.node = node;
    }

    void open(StreamLimits limits) {
      expectedBytes = end - next;
      context.choice().expect(node.id(), expectedBytes);
      ReadRange range = new ReadRange(chunk.id(), next, end - next, node.id());
      stream = context.resources().transport().openRead(node.address(), range, limits, this);
      if (wantedFrames > 0) {
        request(wantedFrames);
      }
    }

    void request(int frames) {
      if (stream != null) {
        stream.request(frames);
      }
    }

    void got(int bytes) {
      expectedBytes -= bytes;
      context.choice().expect(node.id(), -bytes);
    }

    /** Ends the stream; what it still says is not heard. */
    void close(ShoalException reason) {
      got(expectedBytes);
      if (stream != null) {
        stream.cancel(reason);
      }
    }

    @Override
    public void onFrame(ReadFrame frame) {
      shard.execute(() -> ChunkRangeReader.this.onFrame(this, frame));
    }

    @Override
    public void onClosed(@Nullable ShoalException failure) {
      shard.execute(() -> ChunkRangeReader.this.onClosed(this, failure));
    }
  }
}
