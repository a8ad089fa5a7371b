package io.shoal.client.internal.read;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.transport.ReadFrame;
import io.shoal.common.transport.ReadListener;
import io.shoal.common.transport.ReadRange;
import io.shoal.common.transport.ReadStream;
import io.shoal.common.transport.StreamLimits;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A stream from one replica, and what is to be learned from it about the node. Owned by the shard
 * of its reader.
 */
final class ReplicaRead implements ReadListener {
  /** Hears of the stream, in the shard. */
  interface Owner {
    /**
     * The next frame.
     *
     * @param frame <em>taken</em>
     */
    void onFrame(ReplicaRead from, ReadFrame frame);

    /** The stream has ended. */
    void onClosed(ReplicaRead from, @Nullable ShoalException failure);
  }

  private final ReadContext context;
  private final ChunkReplicas.Node node;
  private final int rangeBytes;
  private final Executor shard;
  private final Owner owner;
  private @Nullable ReadStream stream;

  /** Bytes that the node still has to deliver, as {@link ReplicaChoice} was told. */
  private int expectedBytes;

  /** When the first frame was asked for; until then, and when it has come, it says nothing. */
  private long askedAtNanos;

  private boolean awaitsFirst;

  ReplicaRead(
      ReadContext context, ChunkReplicas.Node node, int rangeBytes, Executor shard, Owner owner) {
    this.context = context;
    this.node = node;
    this.rangeBytes = rangeBytes;
    this.shard = shard;
    this.owner = owner;
  }

  ChunkReplicas.Node node() {
    return node;
  }

  /** Opens the stream; asks for so many frames, if any. */
  void open(ChunkId chunk, int offset, StreamLimits limits, int frames) {
    expectedBytes = rangeBytes;
    context.choice().expect(node.id(), rangeBytes);
    context.hedges().onRead();
    ReadRange range = new ReadRange(chunk, offset, rangeBytes, node.id());
    awaitsFirst = true;
    askedAtNanos = context.resources().time().nanoTime();
    stream = context.resources().transport().openRead(node.address(), range, limits, this);
    if (frames > 0) {
      stream.request(frames);
    }
  }

  /**
   * Asks for so many more frames.
   *
   * @param waiting whether frames were asked for before that have not come
   */
  void request(int frames, boolean waiting) {
    if (awaitsFirst && !waiting) {
      askedAtNanos = context.resources().time().nanoTime();
    }
    if (stream != null) {
      stream.request(frames);
    }
  }

  /** Counts what came. */
  void got(int bytes) {
    if (awaitsFirst) {
      awaitsFirst = false;
      context.latencies().answered(node.id(), rangeBytes, waitedNanos());
    }
    noLongerExpect(bytes);
  }

  private long waitedNanos() {
    return context.resources().time().nanoTime() - askedAtNanos;
  }

  private void noLongerExpect(int bytes) {
    expectedBytes -= bytes;
    context.choice().expect(node.id(), -bytes);
  }

  /** Ends the stream because another one was sooner. */
  void overtaken() {
    if (awaitsFirst) {
      context.latencies().overtaken(node.id(), rangeBytes, waitedNanos());
    }
    callOff();
  }

  /** Ends the stream, of which nobody needs anything any more. */
  void callOff() {
    close(new ShoalException(ErrorCode.CANCELLED, "", "another replica was sooner"));
  }

  /** Ends the stream; what it still says is not heard. */
  void close(ShoalException reason) {
    noLongerExpect(expectedBytes);
    if (stream != null) {
      stream.cancel(reason);
    }
  }

  @Override
  public void onFrame(ReadFrame frame) {
    shard.execute(() -> owner.onFrame(this, frame));
  }

  @Override
  public void onClosed(@Nullable ShoalException failure) {
    shard.execute(() -> owner.onClosed(this, failure));
  }
}
