package io.shoal.client.internal.write;

import io.shoal.client.internal.metadata.GrantedChunk;
import io.shoal.common.checksum.RunningCrc32c;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.time.Timer;
import io.shoal.common.transport.StreamLimits;
import io.shoal.proto.v1.ChunkCommit;
import io.shoal.proto.v1.Replica;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One chunk of a file, from its first frame to its last commit. The same frames go to all nodes of
 * the grant; a node that fails is left out from then on, and so is one that stalls while enough
 * others get on (rule O1). When too few are left the chunk is <em>cut</em>: it ends with the last
 * byte that enough nodes have made durable, and what comes behind is handed back to be written in
 * another chunk. For that, frames are kept until they are durable on every node that still takes
 * part.
 *
 * <p>Owned by the file's shard.
 */
final class ChunkWriter implements ReplicaWriter.Owner, StragglerWatch.Owner {
  /** Hears of the chunk, in the shard. */
  interface Owner {
    /** More bytes are durable, or the chunk is complete. */
    void onDurable(int newBytes);

    /**
     * Too few nodes are left; the chunk ends with what is durable.
     *
     * @param rest what comes behind, in order; each frame is <em>taken</em>
     */
    void onCut(ChunkWriter chunk, Rest rest, ShoalException cause);

    /** Half of the grant's life has passed, and the chunk is not sealed. */
    void onUsedUp();
  }

  /**
   * What a chunk did not keep.
   *
   * @param requested whether its nodes had been asked to make some of it durable
   * @param finished whether the last frame of the chunk is among them
   */
  record Rest(List<Frame> frames, boolean requested, boolean finished) {}

  /** The chunk ... */
  enum Stage {
    /** ... has frames and waits for its grant. */
    WAITING,
    /** ... takes frames and sends them. */
    STREAMING,
    /** ... has its last frame and waits until all of it is durable. */
    FINISHING,
    /** ... is durable to its end, as it was meant to be. */
    COMPLETE,
    /** ... has lost too many nodes and ends earlier than was meant. */
    CUT,
    /** ... was given up, with the whole file. */
    CANCELLED
  }

  private static final Logger LOG = LoggerFactory.getLogger(ChunkWriter.class);

  private final WriteContext context;
  private final FileTarget target;
  private final Executor shard;
  private final long fileOffset;
  private final Owner owner;

  private Stage stage = Stage.WAITING;
  private @Nullable GrantedChunk grant;
  private final List<ReplicaWriter> replicas = new ArrayList<>();

  /** The last frame of those that are durable and given up; the list goes on from here. */
  private QueuedFrame durable = QueuedFrame.beginning();

  private QueuedFrame last = durable;
  private final RunningCrc32c crc = new RunningCrc32c();

  /** Up to where the nodes were asked to make bytes durable. */
  private int requestedBytes;

  /** What the budget was told of bytes that are requested and not durable. */
  private int settlingBytes;

  private int committedBytes;
  private boolean sealed;
  private Timer.@Nullable Scheduled halfLife;

  private final StragglerWatch stragglers;

  ChunkWriter(
      WriteContext context, FileTarget target, Executor shard, long fileOffset, Owner owner) {
    this.context = context;
    this.target = target;
    this.shard = shard;
    this.fileOffset = fileOffset;
    this.owner = owner;
    this.stragglers = new StragglerWatch(context, target.policy().minReplicas(), shard, this);
  }

  // --------------------------------------------------------------------------------------
  // questions

  /** Returns its id; it has one since its grant came. */
  ChunkId id() {
    return granted().id();
  }

  private GrantedChunk granted() {
    if (grant == null) {
      throw new IllegalStateException("no grant came yet for " + this);
    }
    return grant;
  }

  long fileOffset() {
    return fileOffset;
  }

  /** Returns how many bytes it has, durable or not; after a cut, how many it keeps. */
  int length() {
    return last.end();
  }

  int durableBytes() {
    return durable.end();
  }

  int committedBytes() {
    return committedBytes;
  }

  /** Returns how many bytes it takes yet. */
  int room() {
    return takesFrames() ? target.policy().chunkSizeBytes() - length() : 0;
  }

  boolean takesFrames() {
    return (stage == Stage.WAITING && !last.finish()) || stage == Stage.STREAMING;
  }

  /** Tells whether its length is final and all of it durable. */
  boolean isComplete() {
    return stage == Stage.COMPLETE || stage == Stage.CUT;
  }

  boolean wasCut() {
    return stage == Stage.CUT;
  }

  /** Tells whether it has not all been asked for to be durable. */
  boolean hasUnrequestedBytes() {
    return takesFrames() && length() > requestedBytes;
  }

  /** Tells whether nodes were asked to make bytes durable and have not done it yet. */
  boolean isSettling() {
    return settlingBytes > 0;
  }

  /** Tells whether the last commit with its final length was made. */
  boolean isSealed() {
    return sealed;
  }

  /** Tells whether half of the grant's life has passed. */
  boolean isUsedUp() {
    return grant != null && grant.usedUp(context.resources().time());
  }

  // --------------------------------------------------------------------------------------- sending

  /**
   * Appends a frame.
   *
   * @param frame <em>taken</em>; fits into the room that is left
   * @param flush whether to ask for everything to be made durable
   * @param finish whether it is the last one
   */
  void append(Frame frame, boolean flush, boolean finish) {
    if (frame.length() > room()) {
      throw new IllegalStateException("frame: " + frame + " (expected: at most " + room() + ")");
    }
    crc.append(frame.crc32c(), frame.length());
    int unrequested = last.end() + frame.length() - requestedBytes;
    boolean flushNow =
        flush
            || unrequested >= context.settings().durableIntervalBytes()
            || context.budget().isStuck();
    enqueue(frame, flushNow, finish);
  }

  /** Asks the nodes to make everything durable. */
  void requestDurable() {
    if (hasUnrequestedBytes()) {
      enqueue(null, true, false);
    }
  }

  /** Says that no frame comes any more. */
  void finish() {
    if (takesFrames()) {
      enqueue(null, false, true);
    }
  }

  private void enqueue(@Nullable Frame frame, boolean flush, boolean finish) {
    last = last.append(frame, crc.value(), flush, finish);
    if (flush || finish) {
      requestedBytes = last.end();
      updateSettling();
    }
    if (finish && stage == Stage.STREAMING) {
      moveTo(Stage.FINISHING, "last frame");
    }
    replicas.forEach(ReplicaWriter::sendMore);
    if (stage == Stage.FINISHING && durable.end() == last.end()) {
      complete(0);
    }
  }

  /** Opens the streams; there is at least one frame, and the grant has room for all of them. */
  void start(GrantedChunk granted) {
    if (stage != Stage.WAITING) {
      return;
    }
    grant = granted;
    moveTo(last.finish() ? Stage.FINISHING : Stage.STREAMING, "grant " + granted.id());
    long nonce = context.resources().environment().random().nextLong();
    StreamLimits limits = StreamLimits.idle(context.resources().config().stallTimeout());
    for (GrantedChunk.Node node : granted.nodes()) {
      replicas.add(new ReplicaWriter(granted, node, durable, shard, this));
    }
    for (ReplicaWriter replica : replicas) {
      replica.open(context.resources().transport(), limits, nonce, target.policy().ackLevel());
    }
    long nanos = granted.usableUntilNanos() - context.resources().time().nanoTime();
    halfLife =
        context
            .resources()
            .timer()
            .schedule(Duration.ofNanos(Math.max(0, nanos)), shard, this::onHalfLife);
  }

  /** Rule G3: the chunk gets no more frames and is committed as soon as it is durable. */
  private void onHalfLife() {
    if (stage != Stage.CANCELLED && !sealed) {
      finish();
      owner.onUsedUp();
    }
  }

  private void endHalfLife() {
    if (halfLife != null) {
      halfLife.cancel();
    }
  }

  // -------------------------------------------------------------------------------- what nodes say

  @Override
  public void onDurable(ReplicaWriter replica) {
    advance();
    if (isStreaming()) {
      stragglers.watch();
    }
  }

  @Override
  public List<ReplicaWriter> live() {
    List<ReplicaWriter> live = new ArrayList<>(replicas);
    live.removeIf(ReplicaWriter::isFailed);
    return live;
  }

  @Override
  public void leave(ReplicaWriter straggler, ShoalException reason) {
    if (isStreaming()) {
      straggler.cancel(reason);
      onFailed(straggler, reason);
    }
  }

  @Override
  public void onFailed(ReplicaWriter replica, ShoalException failure) {
    if (failure.code() != ErrorCode.GRANT_EXPIRED && failure.code() != ErrorCode.CANCELLED) {
      context.suspicions().reportFailure(replica.nodeId());
    }
    if (!isStreaming()) {
      return;
    }
    long left = replicas.stream().filter(each -> !each.isFailed()).count();
    LOG.info("{}: goes on with {} of {} nodes: {}", target.path(), left, replicas.size(), failure);
    if (left >= target.policy().minReplicas()) {
      advance();
    } else {
      cut(failure);
    }
  }

  /** Finds out what is durable on every node that still takes part. */
  private void advance() {
    if (!isStreaming()) {
      return;
    }
    int durableOnAll = Integer.MAX_VALUE;
    for (ReplicaWriter replica : replicas) {
      if (!replica.isFailed()) {
        durableOnAll = Math.min(durableOnAll, replica.durableBytes());
      }
    }
    int newBytes = giveUpFrames(durableOnAll);
    if (stage == Stage.FINISHING && durable.end() == last.end()) {
      complete(newBytes);
    } else if (newBytes > 0) {
      owner.onDurable(newBytes);
    }
  }

  private boolean isStreaming() {
    return stage == Stage.STREAMING || stage == Stage.FINISHING;
  }

  private void complete(int newBytes) {
    moveTo(Stage.COMPLETE, "durable");
    stragglers.end();
    for (ReplicaWriter replica : replicas) {
      if (!replica.isFailed()) {
        context.suspicions().reportSuccess(replica.nodeId());
      }
    }
    owner.onDurable(newBytes);
  }

  /**
   * Ends the chunk with the last byte that enough nodes have acknowledged as durable. A node that
   * broke off afterwards counts: what it has acknowledged is on its disk.
   */
  private void cut(ShoalException cause) {
    List<ReplicaWriter> byDurable = new ArrayList<>(replicas);
    byDurable.sort(Comparator.comparingInt(ReplicaWriter::durableBytes).reversed());
    int quorum = byDurable.get(target.policy().minReplicas() - 1).durableBytes();
    int newBytes = giveUpFrames(Math.max(durable.end(), quorum));
    replicas.forEach(replica -> replica.cancel(cause));
    boolean finished = stage == Stage.FINISHING;
    moveTo(Stage.CUT, cause.toString());
    stragglers.end();
    Rest rest = new Rest(takeRest(), requestedBytes > durable.end(), finished);
    updateSettling();
    if (newBytes > 0) {
      owner.onDurable(newBytes);
    }
    owner.onCut(this, rest, cause);
  }

  /** Gives up the frames before an offset; returns how many bytes became durable. */
  private int giveUpFrames(int untilBytes) {
    int before = durable.end();
    QueuedFrame next = durable.next();
    while (next != null && next.end() <= untilBytes) {
      next.release();
      durable = next;
      next = durable.next();
    }
    updateSettling();
    return durable.end() - before;
  }

  private void updateSettling() {
    boolean waits = stage != Stage.CUT && stage != Stage.CANCELLED;
    int now = waits ? Math.max(0, requestedBytes - durable.end()) : 0;
    int change = now - settlingBytes;
    settlingBytes = now;
    context.budget().settling(change);
  }

  /** Returns the frames that are not durable, <em>owned</em>; the chunk ends before them. */
  private List<Frame> takeRest() {
    List<Frame> rest = new ArrayList<>();
    for (QueuedFrame next = durable.next(); next != null; next = next.next()) {
      Frame frame = next.take();
      if (frame != null) {
        rest.add(frame);
      }
    }
    last = durable;
    return rest;
  }

  /** Ends everything and gives up all frames. */
  void cancel(ShoalException reason) {
    if (stage == Stage.CANCELLED) {
      return;
    }
    replicas.forEach(replica -> replica.cancel(reason));
    moveTo(Stage.CANCELLED, reason.toString());
    endHalfLife();
    stragglers.end();
    takeRest().forEach(Frame::release);
    updateSettling();
  }

  // ---------------------------------------------------------------------------------------- commit

  /** Tells whether a commit now would say anything that the last one did not. */
  boolean hasNews() {
    return durable.end() > committedBytes || (isComplete() && !sealed && durable.end() > 0);
  }

  /**
   * Describes what is durable for a commit (rule C1): a chunk that still takes frames is only
   * lengthened, any other is sealed.
   */
  ChunkCommit commit() {
    ChunkCommit.Builder commit =
        ChunkCommit.newBuilder()
            .setGrant(granted().grant().toProto())
            .setLength(durable.end())
            .setCrc32C(durable.crc32cThroughEnd())
            .setSeal(isComplete());
    for (ReplicaWriter replica : replicas) {
      if (replica.durableBytes() >= durable.end()) {
        commit.addReplicas(
            Replica.newBuilder()
                .setNodeId(replica.nodeId().value())
                .setVolumeId(replica.volumeId()));
      }
    }
    return commit.build();
  }

  /** Says that a commit was made. */
  void committed(int bytes, boolean withSeal) {
    committedBytes = bytes;
    sealed |= withSeal;
    if (sealed) {
      endHalfLife();
    }
  }

  private void moveTo(Stage next, String reason) {
    LOG.debug("{} at {}: {} -> {}: {}", target.path(), fileOffset, stage, next, reason);
    stage = next;
  }

  @Override
  public String toString() {
    return "ChunkWriter["
        + (grant == null ? "no grant" : grant.id())
        + ", "
        + stage
        + ", durable="
        + durable.end()
        + " of "
        + last.end()
        + "]";
  }
}
