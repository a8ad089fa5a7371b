package io.shoal.client.internal.simulation;

import io.shoal.client.internal.simulation.SimulatedNode.Fault;
import io.shoal.common.checksum.Crc32c;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.time.Timer;
import io.shoal.common.transport.StreamLimits;
import io.shoal.common.transport.WriteAck;
import io.shoal.common.transport.WriteFrame;
import io.shoal.common.transport.WriteListener;
import io.shoal.common.transport.WriteOpening;
import io.shoal.common.transport.WriteStream;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A stream that writes a chunk, and the node's end of it. */
final class SimulatedWrite extends SimulatedStream implements WriteStream {
  /** What may be on its way before the stream is no longer ready. */
  private static final int WINDOW_BYTES = 48 << 10;

  private final WriteListener listener;
  private final Executor disk;
  private int underWayBytes;
  private @Nullable StoredReplica replica;
  private boolean finished;

  /** Frames that the node has not answered. */
  private int unacknowledged;

  SimulatedWrite(
      SimulatedNode node, Lanes lanes, Timer timer, StreamLimits limits, WriteListener listener) {
    super(node, lanes, timer, limits, listener::onClosed);
    this.listener = listener;
    this.disk = lanes.newLane();
  }

  @Override
  public boolean isReady() {
    return !isEnded() && underWayBytes < WINDOW_BYTES;
  }

  @Override
  public void send(WriteFrame frame) {
    if (finished) {
      throw new IllegalStateException("a frame behind the last one");
    }
    finished = frame.finish();
    if (isEnded()) {
      frame.release();
      return;
    }
    unacknowledged++;
    underWayBytes += frame.length();
    await();
    toNode.execute(() -> arrive(frame));
  }

  @Override
  public void halfClose() {
    if (!finished) {
      throw new IllegalStateException("half-closed without finish");
    }
  }

  @Override
  public void cancel(ShoalException reason) {
    end(reason);
  }

  private void arrive(WriteFrame frame) {
    byte[] bytes = new byte[frame.length()];
    frame.payload().readBytes(bytes);
    frame.release();
    if (isEnded()) {
      return;
    }
    if (frame.opening() != null) {
      node.opened(frame.opening().ackLevel());
    }
    Fault fault = node.nextFrame();
    if (fault == Fault.BREAK) {
      end(new ShoalException(ErrorCode.UNAVAILABLE, "node " + node.id(), "broke the stream off"));
    }
    if (isEnded() || node.isStalled()) {
      return;
    }
    boolean wasReady = isReady();
    underWayBytes -= bytes.length;
    if (!wasReady && isReady()) {
      toClient.execute(listener::onReady);
    }
    try {
      store(frame, bytes, fault == Fault.CORRUPT);
    } catch (ShoalException refused) {
      end(refused);
    }
  }

  private void store(WriteFrame frame, byte[] bytes, boolean corrupt) {
    StoredReplica open = opened(frame.opening());
    if (open.isClosed() || frame.offset() != open.received()) {
      throw new ShoalException(
          ErrorCode.FENCED,
          "",
          "offset: " + frame.offset() + " (expected: " + open.received() + ")");
    }
    if (Crc32c.of(bytes) != frame.crc32c()) {
      throw new ShoalException(ErrorCode.CHECKSUM_MISMATCH, "", "of a frame");
    }
    if (corrupt && bytes.length > 0) {
      bytes[bytes.length / 2] ^= 1;
    }
    open.append(bytes);
    int length = open.received();
    if (frame.flush() || frame.finish()) {
      disk.execute(() -> sync(open, length, frame.finish()));
    } else {
      acknowledge(open, 1);
    }
  }

  private StoredReplica opened(@Nullable WriteOpening opening) {
    StoredReplica open = replica;
    if (open == null) {
      if (opening == null || !opening.nodeId().equals(node.id())) {
        throw new ShoalException(ErrorCode.INVALID_ARGUMENT, "", "opening: " + opening);
      }
      opening.grant().terms().requireNode(node.id());
      long chunkId = opening.grant().terms().chunkId().value();
      StoredReplica before = node.replica(chunkId);
      if (before != null) {
        throw new ShoalException(
            ErrorCode.FENCED, "", "a writer never resumes a chunk, its nonce: " + before.nonce());
      }
      open = new StoredReplica(opening.writerNonce());
      node.store(chunkId, open);
      replica = open;
      acknowledge(open, 0);
    } else if (opening != null) {
      throw new ShoalException(ErrorCode.INVALID_ARGUMENT, "", "a second opening");
    }
    return open;
  }

  private void sync(StoredReplica open, int length, boolean finish) {
    if (node.isDead() || node.isStalled() || isEnded()) {
      return;
    }
    open.makeDurable(length, finish);
    acknowledge(open, 1);
    if (finish) {
      send(() -> end(null));
    }
  }

  private void acknowledge(StoredReplica open, int frames) {
    WriteAck ack =
        new WriteAck(
            open.received(), open.durable(), open.crc32c(open.durable()), 10 + node.id().value());
    send(
        () -> {
          if (isEnded()) {
            return;
          }
          unacknowledged -= frames;
          stopWaiting();
          if (unacknowledged > 0) {
            await();
          }
          listener.onAck(ack);
        });
  }
}
