package io.shoal.client.internal.write;

import io.shoal.client.internal.metadata.GrantedChunk;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.NodeId;
import io.shoal.common.policy.AckLevel;
import io.shoal.common.transport.ChunkTransport;
import io.shoal.common.transport.StreamLimits;
import io.shoal.common.transport.WriteAck;
import io.shoal.common.transport.WriteFrame;
import io.shoal.common.transport.WriteListener;
import io.shoal.common.transport.WriteOpening;
import io.shoal.common.transport.WriteStream;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The stream of one chunk to one node. It walks through the chunk's frames as fast as the stream
 * takes them, and follows what the node acknowledges. A stream that has failed is not opened again:
 * a writer never resumes a chunk (rule G4).
 *
 * <p>Owned by the file's shard; the listener's calls are sent there.
 */
final class ReplicaWriter {
  /** Hears of the stream, in the shard. */
  interface Owner {
    /** The node has made more bytes durable. */
    void onDurable(ReplicaWriter replica);

    /** The node gets no more bytes. Called at most once, and never after {@link #cancel}. */
    void onFailed(ReplicaWriter replica, ShoalException failure);
  }

  /** The stream ... */
  enum Stage {
    /** ... takes frames, or waits for acknowledgements. */
    OPEN,
    /** ... has ended, and everything is durable. */
    DONE,
    /** ... has broken off or was given up, and nothing it says counts any more. */
    FAILED
  }

  private final GrantedChunk chunk;
  private final GrantedChunk.Node node;
  private final Executor shard;
  private final Owner owner;

  private Stage stage = Stage.OPEN;
  private @Nullable WriteStream stream;

  /** The frame that was sent last. */
  private QueuedFrame sent;

  /** The last frame of those that are durable. */
  private QueuedFrame durable;

  private int volumeId;

  /** What was durable when the chunk last looked for stragglers. */
  private int markedBytes;

  /**
   * Makes a stream that is not open yet.
   *
   * @param beginning of the chunk's frames
   * @param shard sends tasks to the shard that owns this object
   */
  ReplicaWriter(
      GrantedChunk chunk,
      GrantedChunk.Node node,
      QueuedFrame beginning,
      Executor shard,
      Owner owner) {
    this.chunk = chunk;
    this.node = node;
    this.sent = beginning;
    this.durable = beginning;
    this.shard = shard;
    this.owner = owner;
  }

  NodeId nodeId() {
    return node.id();
  }

  /** Returns the volume that holds the replica; 0 while it is not known. */
  int volumeId() {
    return volumeId;
  }

  /** Returns how many bytes of the chunk the node has acknowledged as durable. */
  int durableBytes() {
    return durable.end();
  }

  /** Remembers how far the node is. */
  void mark() {
    markedBytes = durableBytes();
  }

  /** Tells whether the node has made nothing durable since the mark. */
  boolean standsStill() {
    return durableBytes() == markedBytes;
  }

  boolean isFailed() {
    return stage == Stage.FAILED;
  }

  /**
   * Opens the stream and sends what is there.
   *
   * @param nonce random number of this chunk, the same for all its nodes
   * @param level what the node has to do before it calls bytes durable
   */
  void open(ChunkTransport transport, StreamLimits limits, long nonce, AckLevel level) {
    WriteStream opened = transport.openWrite(node.address(), limits, new Listener());
    stream = opened;
    // Without waiting for the connection: the frame is in memory anyway.
    sendNext(opened, new WriteOpening(chunk.grant(), nonce, node.id(), level));
    sendMore();
  }

  /** Sends frames as long as the stream takes them. */
  void sendMore() {
    WriteStream open = stream;
    while (open != null && stage == Stage.OPEN && sent.next() != null && open.isReady()) {
      sendNext(open, null);
    }
  }

  private void sendNext(WriteStream open, @Nullable WriteOpening opening) {
    QueuedFrame frame = sent.next();
    if (frame == null) {
      throw new IllegalStateException("nothing to send to node " + node.id());
    }
    sent = frame;
    open.send(
        new WriteFrame(
            opening,
            frame.offset(),
            frame.crc32c(),
            frame.flush(),
            frame.finish(),
            frame.payload()));
    if (frame.finish()) {
      open.halfClose();
    }
  }

  /** Ends the stream without telling the owner. */
  void cancel(ShoalException reason) {
    if (stage == Stage.OPEN) {
      stage = Stage.FAILED;
      if (stream != null) {
        stream.cancel(reason);
      }
    }
  }

  private void onAck(WriteAck ack) {
    if (stage != Stage.OPEN) {
      return;
    }
    QueuedFrame mark = durable;
    while (mark.end() < ack.durableBytes() && mark != sent && mark.next() != null) {
      mark = mark.next();
    }
    if (mark.end() != ack.durableBytes()) {
      fail(
          error(
              ErrorCode.INTERNAL,
              "durable bytes: "
                  + ack.durableBytes()
                  + " (expected: the end of a frame, "
                  + durable.end()
                  + " to "
                  + sent.end()
                  + ")"));
      return;
    }
    if (mark.crc32cThroughEnd() != ack.durableCrc32c()) {
      fail(
          error(
              ErrorCode.CHECKSUM_MISMATCH,
              "CRC32C of the first %d bytes: %08x (expected: %08x)"
                  .formatted(mark.end(), ack.durableCrc32c(), mark.crc32cThroughEnd())));
      return;
    }
    volumeId = ack.volumeId();
    if (mark.end() > durable.end()) {
      durable = mark;
      owner.onDurable(this);
    }
  }

  private void onClosed(@Nullable ShoalException failure) {
    if (stage != Stage.OPEN) {
      return;
    }
    if (sent.finish() && durable.end() == sent.end()) {
      stage = Stage.DONE;
      return;
    }
    fail(
        failure != null
            ? error(failure.code(), failure.getMessage())
            : error(
                ErrorCode.UNAVAILABLE,
                "the node ended the stream with "
                    + durable.end()
                    + " bytes durable (expected: "
                    + sent.end()
                    + ")"));
  }

  private void fail(ShoalException failure) {
    cancel(failure);
    owner.onFailed(this, failure);
  }

  private ShoalException error(ErrorCode code, String message) {
    return new ShoalException(code, "chunk " + chunk.id() + " on node " + node.id(), message);
  }

  @Override
  public String toString() {
    return "ReplicaWriter[node "
        + node.id()
        + ", "
        + stage
        + ", sent="
        + sent.end()
        + ", durable="
        + durable.end()
        + "]";
  }

  /** Brings what the event loop says into the shard. */
  private final class Listener implements WriteListener {
    @Override
    public void onReady() {
      shard.execute(ReplicaWriter.this::sendMore);
    }

    @Override
    public void onAck(WriteAck ack) {
      shard.execute(() -> ReplicaWriter.this.onAck(ack));
    }

    @Override
    public void onClosed(@Nullable ShoalException failure) {
      shard.execute(() -> ReplicaWriter.this.onClosed(failure));
    }
  }
}
