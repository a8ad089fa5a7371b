package io.shoal.storage.rpc;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permits;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.time.TimeSource;
import io.shoal.common.time.Timer;
import io.shoal.common.transport.ChunkHandler;
import io.shoal.common.transport.ChunkReport;
import io.shoal.common.transport.LocalFile;
import io.shoal.common.transport.ReadFrame;
import io.shoal.common.transport.ReadRange;
import io.shoal.common.transport.ReplySource;
import io.shoal.common.transport.ReplyStream;
import io.shoal.common.transport.WriteReplies;
import io.shoal.common.transport.WriteSink;
import io.shoal.storage.heartbeat.Membership;
import io.shoal.storage.heartbeat.Suspicions;
import io.shoal.storage.volume.ChunkStore;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Answers the chunk service from the node's volumes, once it was given them: until then, and again
 * after {@link #refuse}, every request is {@code UNAVAILABLE}. Thread-safe.
 *
 * <p>Memory: frames that wait for the volumes and frames that wait for readers have a budget each,
 * which all streams share; a stream that finds it used up waits its turn.
 */
public final class ChunkService implements ChunkHandler {
  private final Membership membership;
  private final Suspicions suspicions;
  private final StreamConfig config;
  private final TimeSource time;
  private final Timer timer;
  private final Executor executor;
  private final Permits writeBudget;
  private final Permits readBudget;
  private final StreamCount writeStreams;
  private final StreamCount readStreams;

  /** For the search for readers that take nothing. */
  private final Set<ReadSession> readers = ConcurrentHashMap.newKeySet();

  private volatile @Nullable ChunkStore store;
  private Timer.@Nullable Scheduled watch;

  /**
   * Makes a service that has no volumes yet.
   *
   * @param suspicions gets chunks whose bytes are not what was written
   * @param executor for short work that does not block, such as completions of those who waited for
   *     the budgets
   */
  public ChunkService(
      Membership membership,
      Suspicions suspicions,
      StreamConfig config,
      TimeSource time,
      Timer timer,
      Executor executor) {
    this.membership = membership;
    this.suspicions = suspicions;
    this.config = config;
    this.time = time;
    this.timer = timer;
    this.executor = executor;
    this.writeStreams = new StreamCount("write", config.maxWriteStreams());
    this.readStreams = new StreamCount("read", config.maxReadStreams());
    this.writeBudget =
        new Permits(
            "frames to write",
            new Permits.Limits(Integer.MAX_VALUE, config.maxWriteBytes(), config.maxWriteStreams()),
            executor);
    this.readBudget =
        new Permits(
            "frames to read",
            new Permits.Limits(
                config.maxReadStreams(), config.maxReadBytes(), config.maxReadStreams()),
            executor);
  }

  /** Begins to answer. */
  public synchronized void serve(ChunkStore volumes) {
    store = volumes;
    watchReaders();
  }

  /** Refuses new requests; streams that are under way go on. */
  public synchronized void refuse() {
    store = null;
    if (watch != null) {
      watch.cancel();
    }
  }

  /** Returns the number of write streams. */
  public int writeStreams() {
    return writeStreams.count();
  }

  /** Returns the number of read streams. */
  public int readStreams() {
    return readStreams.count();
  }

  @Override
  public WriteSink openWrite(WriteReplies replies) {
    ChunkStore volumes = requireStore();
    writeStreams.enter();
    WriteSession session =
        new WriteSession(
            volumes, membership, writeBudget, writeStreams, config.writeWindowBytes(), replies);
    session.start();
    return session;
  }

  @Override
  public ReplySource openRead(ReadRange range, ReplyStream<ReadFrame> replies) {
    ChunkStore volumes = requireStore();
    checkMeant(range);
    readStreams.enter();
    ReadSession session = new ReadSession(volumes, range, replies, time, suspicions, this::ended);
    readers.add(session);
    session.start(readBudget, config.readWindowBytes());
    return session;
  }

  @Override
  public CompletableFuture<LocalFile> findLocalFile(ReadRange range) {
    ChunkStore volumes = requireStore();
    checkMeant(range);
    return volumes
        .findPlace(range.chunkId(), range.offset(), range.length())
        .thenApply(
            place ->
                new LocalFile(
                    place.file() == null ? "" : place.file().toString(),
                    place.begin(),
                    place.end(),
                    place.blockCrcs(),
                    place.inline(),
                    place.hot()));
  }

  /** Refuses what is meant for another node. */
  private void checkMeant(ReadRange range) {
    NodeId self = membership.require().nodeId();
    if (!range.nodeId().equals(self)) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          "chunk " + range.chunkId(),
          "the request is for node "
              + range.nodeId()
              + " (expected: node "
              + self
              + ", which this is)");
    }
  }

  private void ended(ReadSession session) {
    readers.remove(session);
    readStreams.leave();
  }

  @Override
  public CompletableFuture<List<ChunkReport>> describe(List<ChunkId> chunks) {
    return requireStore().describe(chunks).thenApply(ChunkReports::of);
  }

  @Override
  public ReplySource openInventory(long afterChunkId, ReplyStream<List<ChunkReport>> replies) {
    @Nullable ChunkId after = afterChunkId == 0 ? null : new ChunkId(afterChunkId);
    InventorySession session = new InventorySession(requireStore(), after, replies);
    session.onReady();
    return session;
  }

  private ChunkStore requireStore() {
    ChunkStore volumes = store;
    if (volumes == null) {
      throw new ShoalException(
          ErrorCode.UNAVAILABLE, "", "this storage node is starting or shutting down");
    }
    return volumes;
  }

  private void watchReaders() {
    Duration interval = config.readStallLimit().dividedBy(2);
    watch = timer.schedule(interval, executor, this::endStalledReaders);
  }

  private void endStalledReaders() {
    long limitNanos = config.readStallLimit().toNanos();
    readers.forEach(reader -> reader.endIfStalled(limitNanos));
    synchronized (this) {
      if (store != null) {
        watchReaders();
      }
    }
  }
}
