package io.shoal.client.internal.write;

import io.shoal.client.internal.metadata.GrantedChunk;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Backoff;
import io.shoal.common.time.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of one file that are under way or wait for their commit, in the order of the file.
 * Frames go to the last one; when it is full, has been cut, or half of its grant's life has passed,
 * a new one takes its place while those before it are still being made durable. What a cut chunk
 * did not keep goes into a successor right behind it.
 *
 * <p>Owned by the file's shard.
 */
final class ChunkChain implements ChunkWriter.Owner {
  /** Hears of the chain, in the shard. */
  interface Owner {
    /** More bytes are durable, a chunk is complete or has been used up. */
    void onDurable(int newBytes);

    /** The file can't be written any further. */
    void onFailed(ShoalException failure);
  }

  /**
   * A chunk that is given up because of an error that will not pass is tried elsewhere so often.
   */
  private static final int ATTEMPTS_AFTER_HARD_ERROR = 3;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  private final WriteContext context;
  private final FileTarget target;
  private final Executor shard;
  private final Owner owner;
  private final Backoff backoff;

  /** In the order of the file; those in front that are sealed have been taken out. */
  private final List<ChunkWriter> chunks = new ArrayList<>();

  /** Those that have not asked for a grant yet. */
  private final List<ChunkWriter> waiting = new ArrayList<>();

  private final Map<ChunkWriter, CompletableFuture<GrantedChunk>> grantsAsked = new HashMap<>();

  private long appendedBytes;
  private boolean ended;

  /** Chunks that were cut since bytes last became durable, and when that was. */
  private int cutsInARow;

  private long lastProgressNanos;

  /** After several cuts: no grant is taken until it is over. */
  private Timer.@Nullable Scheduled pause;

  ChunkChain(WriteContext context, FileTarget target, Executor shard, Owner owner) {
    this.context = context;
    this.target = target;
    this.shard = shard;
    this.owner = owner;
    this.appendedBytes = target.startBytes();
    this.backoff =
        new Backoff(FIRST_PAUSE, LONGEST_PAUSE, context.resources().environment().random());
    this.lastProgressNanos = context.resources().time().nanoTime();
  }

  // -----------------------------------------------------------------------------------------
  // frames

  /** Returns the length of the file with all frames that were appended. */
  long appendedBytes() {
    return appendedBytes;
  }

  /** Tells whether another frame may come: not too many chunks are under way. */
  boolean hasRoom() {
    if (lastTakesFrames()) {
      return true;
    }
    long underWay = chunks.stream().filter(chunk -> !chunk.isComplete()).count();
    return underWay < context.settings().chunksInFlight()
        && chunks.size() < 2 * context.settings().commitLimitChunks();
  }

  /** Returns how many bytes fit into the chunk that the next frame goes to. */
  int roomInChunk() {
    return lastTakesFrames() ? last().room() : target.policy().chunkSizeBytes();
  }

  /**
   * Appends a frame.
   *
   * @param frame <em>taken</em>
   * @param flush whether to ask for everything to be made durable
   * @param finish whether it is the last one of the file
   */
  void append(Frame frame, boolean flush, boolean finish) {
    appendedBytes += frame.length();
    ChunkWriter chunk = lastTakesFrames() ? last() : null;
    for (Frame rest = frame; rest != null; ) {
      if (chunk == null || chunk.room() == 0) {
        chunk = addChunk(chunks.size(), appendedBytes - rest.length());
      }
      rest = appendTo(chunk, rest, flush, finish);
    }
    startWaiting();
  }

  /** Appends what fits; a full chunk is finished. Returns what does not fit, if anything. */
  private @Nullable Frame appendTo(ChunkWriter chunk, Frame frame, boolean flush, boolean finish) {
    int room = chunk.room();
    if (frame.length() <= room) {
      chunk.append(frame, flush, finish || frame.length() == room);
      return null;
    }
    Frame rest = frame.part(room, frame.length() - room);
    chunk.append(frame.part(0, room), flush, true);
    frame.release();
    return rest;
  }

  /** Asks for everything that was appended to be made durable. */
  void requestDurable() {
    chunks.forEach(ChunkWriter::requestDurable);
  }

  /** Tells whether there are bytes that nobody has asked to make durable. */
  boolean hasUnrequestedBytes() {
    return lastTakesFrames() && last().hasUnrequestedBytes();
  }

  /** Tells whether the last chunk was asked to make bytes durable and has not done it yet. */
  boolean isLastSettling() {
    return !chunks.isEmpty() && last().isSettling();
  }

  /** Says that no frame comes any more. */
  void finish() {
    if (lastTakesFrames()) {
      last().finish();
    }
  }

  private boolean lastTakesFrames() {
    return !chunks.isEmpty() && last().takesFrames();
  }

  private ChunkWriter last() {
    return chunks.get(chunks.size() - 1);
  }

  // -----------------------------------------------------------------------------------------
  // grants

  private ChunkWriter addChunk(int index, long fileOffset) {
    ChunkWriter chunk = new ChunkWriter(context, target, shard, fileOffset, this);
    chunks.add(index, chunk);
    waiting.add(chunk);
    return chunk;
  }

  /** Takes grants for the chunks that were added and have got their first frame. */
  private void startWaiting() {
    if (pause != null) {
      return;
    }
    List<ChunkWriter> added = List.copyOf(waiting);
    waiting.clear();
    added.forEach(this::takeGrant);
  }

  private void takeGrant(ChunkWriter chunk) {
    CompletableFuture<GrantedChunk> grant = context.grants().take(target.options().policy());
    grantsAsked.put(chunk, grant);
    Listening.to(
        grant,
        (granted, failure) ->
            shard.execute(
                () -> {
                  grantsAsked.remove(chunk);
                  if (ended) {
                    return;
                  }
                  if (failure == null) {
                    onGrant(chunk, granted);
                  } else {
                    owner.onFailed(ShoalException.of(failure));
                  }
                }));
  }

  private void onGrant(ChunkWriter chunk, GrantedChunk granted) {
    int minReplicas = target.policy().minReplicas();
    if (granted.nodes().size() < minReplicas || granted.lengthLimitBytes() < chunk.length()) {
      owner.onFailed(
          new ShoalException(
              ErrorCode.INTERNAL,
              target.path(),
              "grant for %d bytes on %d nodes (expected: at least %d bytes on %d nodes)"
                  .formatted(
                      granted.lengthLimitBytes(),
                      granted.nodes().size(),
                      chunk.length(),
                      minReplicas)));
      return;
    }
    chunk.start(granted);
  }

  // -------------------------------------------------------------------------------- what chunks
  // say

  @Override
  public void onDurable(int newBytes) {
    if (newBytes > 0) {
      cutsInARow = 0;
      lastProgressNanos = context.resources().time().nanoTime();
    }
    owner.onDurable(newBytes);
  }

  @Override
  public void onCut(ChunkWriter chunk, ChunkWriter.Rest rest, ShoalException cause) {
    if (ended) {
      rest.frames().forEach(Frame::release);
      return;
    }
    int index = chunks.indexOf(chunk) + 1;
    if (chunk.length() == 0) {
      index--;
      chunks.remove(index);
    }
    if (!rest.frames().isEmpty()) {
      addSuccessor(index, chunk, rest);
    }
    cutsInARow++;
    if (isHopeless(cause)) {
      waiting.clear();
      owner.onFailed(cause);
      return;
    }
    if (cutsInARow > 1 && pause == null) {
      Duration delay = backoff.next(cutsInARow - 1);
      pause = context.resources().timer().schedule(delay, shard, this::onPauseOver);
    }
    startWaiting();
    owner.onDurable(0);
  }

  private void onPauseOver() {
    pause = null;
    if (!ended) {
      startWaiting();
    }
  }

  @Override
  public void onUsedUp() {
    owner.onDurable(0);
  }

  private void addSuccessor(int index, ChunkWriter chunk, ChunkWriter.Rest rest) {
    ChunkWriter successor = addChunk(index, chunk.fileOffset() + chunk.length());
    int count = rest.frames().size();
    for (int i = 0; i < count; i++) {
      successor.append(rest.frames().get(i), false, rest.finished() && i == count - 1);
    }
    if (rest.requested()) {
      successor.requestDurable();
    }
  }

  private boolean isHopeless(ShoalException cause) {
    // A grant that ran out says that the nodes were slow, and the next one is as good as new.
    boolean mayPass = cause.retryable() || cause.code() == ErrorCode.GRANT_EXPIRED;
    if (cutsInARow >= ATTEMPTS_AFTER_HARD_ERROR && !mayPass) {
      return true;
    }
    long silentNanos = context.resources().time().nanoTime() - lastProgressNanos;
    return cutsInARow > 1 && silentNanos >= context.resources().config().stallTimeout().toNanos();
  }

  // ----------------------------------------------------------------------------------------
  // commits

  /** Returns the length of the file up to which everything is durable. */
  long durableBytes() {
    for (ChunkWriter chunk : chunks) {
      if (!chunk.isComplete()) {
        return chunk.fileOffset() + chunk.durableBytes();
      }
    }
    return appendedBytes;
  }

  /** Tells whether everything that was appended is durable, in chunks that are complete. */
  boolean isComplete() {
    return chunks.stream().allMatch(ChunkWriter::isComplete);
  }

  /**
   * Plans the next commit.
   *
   * @param withOpenChunk also what is durable of the first chunk that is not complete
   */
  CommitPlan plan(boolean withOpenChunk) {
    List<CommitPlan.Part> parts = new ArrayList<>();
    boolean due = false;
    boolean everything = true;
    long length = chunks.isEmpty() ? appendedBytes : chunks.get(0).fileOffset();
    for (ChunkWriter chunk : chunks) {
      boolean included = chunk.isComplete() || withOpenChunk;
      if (!included || parts.size() == context.settings().commitLimitChunks()) {
        everything = false;
        length += chunk.committedBytes();
        break;
      }
      if (chunk.hasNews()) {
        parts.add(CommitPlan.Part.of(chunk));
        due |= chunk.isUsedUp();
      }
      length += chunk.durableBytes();
      if (!chunk.isComplete()) {
        everything = false;
        break;
      }
    }
    return new CommitPlan(parts, length, everything, due);
  }

  /** Takes out the chunks of which nothing is left to be done. */
  void onCommitted() {
    while (!chunks.isEmpty() && chunks.get(0).isSealed()) {
      chunks.remove(0);
    }
  }

  // --------------------------------------------------------------------------------------------
  // end

  /** Cancels everything and gives up all frames. */
  void cancel(ShoalException reason) {
    ended = true;
    if (pause != null) {
      pause.cancel();
    }
    List.copyOf(grantsAsked.values()).forEach(grant -> grant.cancel(false));
    chunks.forEach(chunk -> chunk.cancel(reason));
    chunks.clear();
  }
}
