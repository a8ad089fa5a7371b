package io.shoal.client.internal.read;

import io.netty.buffer.ByteBuf;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permit;
import io.shoal.common.shard.Shard;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Fetches exactly a range of a file, from several chunks and nodes at once, in no particular order.
 * Each part that is under way holds some of the read budget. The first failure ends the whole.
 *
 * <p>Owned by its shard; {@link #cancel} may be called from anywhere.
 */
public final class RangeFetch {
  /** Takes the bytes, in the shard. */
  public interface Sink {
    /**
     * Some more bytes, verified.
     *
     * @param position in the file
     * @param payload <em>taken</em> by the sink
     * @param consumed to be run once, from any thread, when the bytes are no longer in memory; no
     *     more than two payloads of one part are under way otherwise
     */
    void onBytes(long position, ByteBuf payload, Runnable consumed);
  }

  /** Payloads of one part that are under way: one is fetched while another is consumed. */
  private static final int FRAMES_AHEAD = 2;

  private final ReadContext context;
  private final ExtentMap extents;
  private final long end;
  private final Sink sink;
  private final Shard shard;
  private final CompletableFuture<Void> result = new CompletableFuture<>();

  /** Where the next part begins. */
  private long next;

  private boolean ended;

  /** Whether the next part waits for its extent or its permit. */
  private boolean preparing;

  private @Nullable CompletableFuture<Permit> permitAsked;
  private final Set<Part> parts = new HashSet<>();

  RangeFetch(ReadContext context, ExtentMap extents, long begin, long end, Sink sink) {
    this.context = context;
    this.extents = extents;
    this.next = begin;
    this.end = end;
    this.sink = sink;
    this.shard =
        new Shard(
            "fetch",
            context.resources().executors().shards(),
            Integer.MAX_VALUE,
            (where, fault) -> {
              context.resources().executors().faults().onFault(where, fault);
              end(ShoalException.of(fault));
            });
  }

  /**
   * Begins.
   *
   * @return completes in the shard, when the sink has consumed all bytes; nothing is handed to it
   *     afterwards
   */
  CompletableFuture<Void> start() {
    shard.execute(this::launch);
    return result;
  }

  /** Ends it; the result fails with the reason. */
  public void cancel(ShoalException reason) {
    shard.execute(() -> end(reason));
  }

  private void launch() {
    while (!ended
        && !preparing
        && next < end
        && parts.size() < context.settings().rangesInFlight()) {
      preparing = true;
      FileExtent known = extents.known(next);
      if (known != null) {
        prepare(known);
      } else {
        Listening.to(
            extents.ask(next), (found, failure) -> shard.execute(() -> onExtent(found, failure)));
      }
    }
    if (!ended && next == end && !preparing && parts.isEmpty()) {
      ended = true;
      result.complete(null);
    }
  }

  private void onExtent(@Nullable FileExtent extent, @Nullable Throwable failure) {
    if (ended) {
      return;
    }
    if (extent == null) {
      end(ShoalException.of(failure == null ? new IllegalStateException("no extent") : failure));
      return;
    }
    prepare(extent);
    launch();
  }

  /** Gets the permit for the next part. */
  private void prepare(FileExtent extent) {
    FileExtent range = extent.part(next, end);
    int bytes = Math.min(range.length(), context.settings().rangeBytes());
    Permit free = context.resources().budgets().reads().tryAcquire(bytes);
    if (free != null) {
      begin(range, free);
      return;
    }
    CompletableFuture<Permit> permit = context.resources().budgets().reads().acquire(bytes);
    permitAsked = permit;
    Listening.to(permit, (held, failure) -> shard.execute(() -> onPermit(range, held, failure)));
  }

  private void onPermit(FileExtent range, @Nullable Permit permit, @Nullable Throwable failure) {
    permitAsked = null;
    if (permit == null) {
      end(ShoalException.of(failure == null ? new IllegalStateException("no permit") : failure));
    } else if (ended) {
      permit.release();
    } else {
      begin(range, permit);
      launch();
    }
  }

  private void begin(FileExtent range, Permit permit) {
    preparing = false;
    next = range.end();
    Part part = new Part(range, permit);
    parts.add(part);
    part.reader.start();
    part.reader.request(FRAMES_AHEAD);
  }

  private void end(ShoalException reason) {
    if (ended) {
      return;
    }
    ended = true;
    if (permitAsked != null) {
      permitAsked.cancel(false);
    }
    List<Part> open = List.copyOf(parts);
    parts.clear();
    open.forEach(part -> part.cancel(reason));
    result.completeExceptionally(reason);
  }

  /** One range of one chunk. */
  private final class Part implements ChunkRangeReader.Sink {
    private final FileExtent range;
    private final Permit permit;
    private final ChunkRangeReader reader;
    private int unconsumed;
    private boolean delivered;

    Part(FileExtent range, Permit permit) {
      this.range = range;
      this.permit = permit;
      this.reader = new ChunkRangeReader(context, range, shard, this);
    }

    @Override
    public void onBytes(int offset, ByteBuf payload) {
      unconsumed++;
      long position = range.fileOffset() + (offset - range.chunkOffset());
      sink.onBytes(position, payload, this::onConsumed);
    }

    private void onConsumed() {
      if (shard.inShard()) {
        consumed();
      } else {
        shard.execute(this::consumed);
      }
    }

    private void consumed() {
      unconsumed--;
      reader.request(1);
      finishIfDone();
    }

    @Override
    public void onEnd(@Nullable ShoalException failure) {
      if (failure != null) {
        RangeFetch.this.end(failure);
        return;
      }
      delivered = true;
      finishIfDone();
    }

    private void finishIfDone() {
      if (delivered && unconsumed == 0 && parts.remove(this)) {
        permit.release();
        launch();
      }
    }

    void cancel(ShoalException reason) {
      reader.cancel(reason);
      permit.release();
    }
  }
}
