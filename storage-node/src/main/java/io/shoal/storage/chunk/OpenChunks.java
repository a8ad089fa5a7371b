package io.shoal.storage.chunk;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permits;
import io.shoal.common.id.ChunkId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The chunks of a volume that may still grow. Soft state: after a restart there is none, which
 * freezes what was open (rule G4). Thread-safe.
 */
final class OpenChunks {
  /** Calls on writers that may be unfinished at a time, on the whole volume. */
  private static final int MAX_PENDING_CALLS = 1 << 16;

  private static final String SHUT_DOWN = "the node shuts down";

  private final ChunkParts parts;
  private final ChunkFiles files;
  private final FileSequences sequences;
  private final VolumeTotals totals;
  private final Permits pending;
  private final Permits bufferBudget;
  private final FreshRecords records;
  private final ConcurrentHashMap<ChunkId, OpenChunk> chunks = new ConcurrentHashMap<>();

  /** Bytes that were taken over and are not durable. */
  private final AtomicLong undurableBytes = new AtomicLong();

  private volatile long logClockMillis;
  private volatile boolean closed;

  OpenChunks(ChunkParts parts, ChunkFiles files, FileSequences sequences, VolumeTotals totals) {
    this.parts = parts;
    this.files = files;
    this.sequences = sequences;
    this.totals = totals;
    this.records = new FreshRecords(parts.index());
    ChunkConfig config = parts.config();
    this.pending = permits("pending writes", MAX_PENDING_CALLS, config.maxPendingWriteBytes());
    this.bufferBudget =
        permits("small chunks", config.maxOpenChunks(), Math.max(1, config.maxBufferedBytes()));
  }

  private static Permits permits(String name, int count, long bytes) {
    return new Permits(name, new Permits.Limits(count, bytes, 0), Runnable::run);
  }

  /** Opens a chunk for a stream. */
  void open(WriterRequest request, CompletableFuture<ChunkWriter> answer) {
    try {
      checkAdmission(request);
      OpenChunk chunk =
          chunks.computeIfAbsent(request.chunk(), id -> new OpenChunk(this, parts, request));
      chunk.execute(() -> chunk.attach(request, answer));
      if (closed) {
        // It may have come too late for close() to see it.
        var unused = chunk.close(SHUT_DOWN);
      }
    } catch (ShoalException refused) {
      answer.completeExceptionally(refused);
    }
  }

  private void checkAdmission(WriterRequest request) {
    if (closed) {
      throw new ShoalException(
          ErrorCode.UNAVAILABLE, "volume " + parts.guard().volume(), "closing");
    }
    parts.guard().checkWritable();
    if (request.expiresAtMillis() < logClockMillis) {
      throw new ShoalException(
          ErrorCode.GRANT_EXPIRED,
          "chunk " + request.chunk(),
          "expired at "
              + request.expiresAtMillis()
              + " ms (expected: not before now, "
              + logClockMillis
              + " ms)");
    }
    int open = chunks.size();
    int max = parts.config().maxOpenChunks();
    if (open >= max && !chunks.containsKey(request.chunk())) {
      throw new ShoalException(
          ErrorCode.OVERLOADED,
          "volume " + parts.guard().volume(),
          "open chunks: " + open + " (expected: < " + max + ")");
    }
  }

  /** Tells whether a chunk may still grow. */
  boolean contains(ChunkId chunk) {
    return chunks.containsKey(chunk);
  }

  /** Ends a chunk if it is open; completes when it is out of the way. */
  CompletableFuture<Void> end(ChunkId id, ErrorCode code, String message) {
    OpenChunk chunk = chunks.get(id);
    return chunk == null ? CompletableFuture.completedFuture(null) : chunk.end(code, message);
  }

  /** Closes all chunks whose grant has run out. */
  void advanceLogClock(long nowMillis) {
    logClockMillis = Math.max(logClockMillis, nowMillis);
    for (OpenChunk chunk : chunks.values()) {
      if (chunk.expiresAtMillis() < nowMillis) {
        try {
          chunk.execute(() -> chunk.expire(nowMillis));
        } catch (ShoalException closing) {
          return;
        }
      }
    }
  }

  /** Lets no chunk in any more and ends all; completes when all are out of the way. */
  CompletableFuture<Void> close() {
    closed = true;
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    for (OpenChunk chunk : chunks.values()) {
      ends.add(chunk.close(SHUT_DOWN));
    }
    return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
  }

  int count() {
    return chunks.size();
  }

  /** Returns the bytes that were received and are not durable yet. */
  long pendingBytes() {
    return pending.heldBytes() + undurableBytes.get();
  }

  /** Returns the records of all chunks, open or not. */
  FreshRecords records() {
    return records;
  }

  ChunkFiles files() {
    return files;
  }

  FileSequences sequences() {
    return sequences;
  }

  Permits pending() {
    return pending;
  }

  Permits bufferBudget() {
    return bufferBudget;
  }

  /** Notes that a chunk took bytes over. */
  void received(int bytes) {
    undurableBytes.addAndGet(bytes);
  }

  /** Notes that a chunk's durable length grew. */
  void becameDurable(int bytes, boolean firstRecord) {
    undurableBytes.addAndGet(-bytes);
    totals.add(bytes, firstRecord ? 1 : 0);
  }

  /** Notes that a chunk is open no more. */
  void forgot(OpenChunk chunk, int undurable) {
    undurableBytes.addAndGet(-undurable);
    chunks.remove(chunk.id(), chunk);
  }
}
