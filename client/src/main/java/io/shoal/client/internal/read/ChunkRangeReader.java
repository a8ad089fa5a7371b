package io.shoal.client.internal.read;

import io.netty.buffer.ByteBuf;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.checksum.Crc32c;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.NodeId;
import io.shoal.common.time.Timer;
import io.shoal.common.transport.ReadFrame;
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
 * {@link ErrorCode#CHUNK_UNREADABLE}.
 *
 * <p>A replica that lets wait for longer than others usually do is <em>hedged</em>: a second one is
 * asked for the same bytes, within the client's {@link HedgeBudget}, and whichever delivers the
 * next frame first is kept (rule O1).
 *
 * <p>Owned by the shard of its operation.
 */
final class ChunkRangeReader implements ReplicaRead.Owner {
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
    /** ... has a stream from a replica, or from two. */
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
  private @Nullable ReplicaRead current;

  /** A second stream for the bytes that the current one lets wait for. */
  private @Nullable ReplicaRead hedge;

  /** When the last frame came, or when frames were asked for while none were awaited. */
  private long waitingSinceNanos;

  private Timer.@Nullable Scheduled hedgeAlarm;
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
    boolean waiting = wantedFrames > 0;
    wantedFrames += frames;
    if (current != null) {
      current.request(frames, waiting);
    }
    if (hedge != null) {
      hedge.request(frames, waiting);
    }
    if (!waiting) {
      waitingSinceNanos = context.resources().time().nanoTime();
      watch();
    }
  }

  /** Ends it without a further call of the sink. */
  void cancel(ShoalException reason) {
    if (stage == Stage.ENDED) {
      return;
    }
    stage = Stage.ENDED;
    if (current != null) {
      current.close(reason);
    }
    if (hedge != null) {
      hedge.close(reason);
    }
    if (pause != null) {
      pause.cancel();
    }
    stopWatching();
  }

  // -------------------------------------------------------------------------------------- replicas

  private List<ChunkReplicas.Node> untried() {
    List<ChunkReplicas.Node> nodes = new ArrayList<>(chunk.nodes());
    nodes.removeIf(node -> tried.contains(node.id()));
    return nodes;
  }

  private void tryNext() {
    List<ChunkReplicas.Node> candidates = untried();
    if (candidates.isEmpty()) {
      locateLater();
      return;
    }
    stage = Stage.READING;
    current = newRead(candidates);
    waitingSinceNanos = context.resources().time().nanoTime();
    current.open(chunk.id(), next, limits(candidates.size() > 1), wantedFrames);
    watch();
  }

  private ReplicaRead newRead(List<ChunkReplicas.Node> candidates) {
    ChunkReplicas.Node node = context.choice().best(chunk.id(), end - next, candidates);
    tried.add(node.id());
    return new ReplicaRead(context, node, end - next, shard, this);
  }

  /** As long as there is another replica to turn to, a stalled one is left sooner. */
  private StreamLimits limits(boolean hasAlternative) {
    Duration stallTimeout = context.resources().config().stallTimeout();
    return StreamLimits.idle(hasAlternative ? stallTimeout.dividedBy(3) : stallTimeout);
  }

  // --------------------------------------------------------------------------------------- hedging

  /** Sets the alarm for a second stream, if one would make sense. */
  private void watch() {
    if (hedgeAlarm == null
        && stage == Stage.READING
        && wantedFrames > 0
        && hedge == null
        && tried.size() < chunk.nodes().size()) {
      setHedgeAlarm(hedgeDelayNanos());
    }
  }

  private long hedgeDelayNanos() {
    List<NodeId> nodes = chunk.nodes().stream().map(ChunkReplicas.Node::id).toList();
    return context.latencies().hedgeDelayNanos(nodes, end - next);
  }

  private void setHedgeAlarm(long nanos) {
    hedgeAlarm = context.alarms().schedule(Duration.ofNanos(nanos), shard, this::onHedgeAlarm);
  }

  private void stopWatching() {
    if (hedgeAlarm != null) {
      hedgeAlarm.cancel();
      hedgeAlarm = null;
    }
  }

  private void onHedgeAlarm() {
    hedgeAlarm = null;
    if (stage != Stage.READING || wantedFrames == 0 || hedge != null) {
      return;
    }
    long waited = context.resources().time().nanoTime() - waitingSinceNanos;
    long left = hedgeDelayNanos() - waited;
    if (left > 0) {
      setHedgeAlarm(left);
      return;
    }
    List<ChunkReplicas.Node> candidates = untried();
    candidates.removeIf(node -> context.suspicions().isSuspected(node.id()) || !node.alive());
    if (!candidates.isEmpty() && context.hedges().tryTake()) {
      hedge = newRead(candidates);
      LOG.debug("chunk {} at {}: hedged by node {}", chunk.id(), next, hedge.node().id());
      hedge.open(chunk.id(), next, limits(true), wantedFrames);
    }
  }

  /** Keeps the stream that delivered first, and lets the other one go. */
  private void decide(ReplicaRead winner) {
    if (hedge == null) {
      return;
    }
    if (winner == hedge) {
      if (current != null) {
        current.overtaken();
      }
      current = hedge;
    } else {
      hedge.callOff();
    }
    hedge = null;
  }

  // ---------------------------------------------------------------------------------------- frames

  @Override
  public void onFrame(ReplicaRead from, ReadFrame frame) {
    if (!isOpen(from)) {
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
    decide(from);
    int offset = next;
    next += length;
    wantedFrames--;
    from.got(length);
    waitingSinceNanos = context.resources().time().nanoTime();
    sink.onBytes(offset, frame.payload());
    if (next == end && stage == Stage.READING) {
      // The stream ends by itself; what it still says is not heard.
      current = null;
      stage = Stage.ENDED;
      stopWatching();
      context.suspicions().reportSuccess(from.node().id());
      sink.onEnd(null);
    } else {
      watch();
    }
  }

  private boolean isOpen(ReplicaRead read) {
    return stage == Stage.READING && (read == current || read == hedge);
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

  @Override
  public void onClosed(ReplicaRead from, @Nullable ShoalException failure) {
    if (isOpen(from)) {
      onFailed(from, failure != null ? failure : endedEarly());
    }
  }

  private ShoalException endedEarly() {
    return new ShoalException(
        ErrorCode.REPLICA_SHORT, "", "the stream ended at " + next + " (expected: " + end + ")");
  }

  private void onFailed(ReplicaRead from, ShoalException failure) {
    from.close(failure);
    if (from == current) {
      current = hedge;
    }
    hedge = null;
    if (failure.code() == ErrorCode.CANCELLED) {
      end(failure);
      return;
    }
    ChunkReplicas.Node node = from.node();
    if (isFaultOfNode(failure.code())) {
      context.suspicions().reportFailure(node.id());
    }
    LOG.info("chunk {} at {}: node {} failed: {}", chunk.id(), next, node.id(), failure);
    failures.add("node " + node.id() + " (" + node.address() + "): " + failure);
    if (current == null) {
      tryNext();
    } else {
      watch();
    }
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
    stopWatching();
    if (current != null) {
      current.close(failure);
    }
    sink.onEnd(failure);
  }
}
