package io.shoal.client.internal.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.shoal.client.internal.simulation.SimulatedNode.Fault;
import io.shoal.common.checksum.Crc32c;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.time.Timer;
import io.shoal.common.transport.ReadFrame;
import io.shoal.common.transport.ReadListener;
import io.shoal.common.transport.ReadRange;
import io.shoal.common.transport.ReadStream;
import io.shoal.common.transport.StreamLimits;

/** A stream that reads a range, and the node's end of it. */
final class SimulatedRead extends SimulatedStream implements ReadStream {
  static final int FRAME_BYTES = 8 << 10;

  private final ReadRange range;
  private final ReadListener listener;
  private int next;
  private int wanted;

  SimulatedRead(
      SimulatedNode node,
      Lanes lanes,
      Timer timer,
      StreamLimits limits,
      ReadRange range,
      ReadListener listener) {
    super(node, lanes, timer, limits, listener::onClosed);
    this.range = range;
    this.listener = listener;
    this.next = range.offset();
  }

  @Override
  public void request(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("count: " + count + " (expected: >= 1)");
    }
    if (isEnded()) {
      return;
    }
    await();
    toNode.execute(
        () -> {
          wanted += count;
          serve();
        });
  }

  @Override
  public void cancel(ShoalException reason) {
    end(reason);
  }

  private void serve() {
    if (isEnded() || node.isStalled()) {
      return;
    }
    StoredReplica replica = node.replica(range.chunkId().value());
    if (replica == null) {
      end(new ShoalException(ErrorCode.CHUNK_UNKNOWN, range.chunkId().toString(), "unknown here"));
    } else if (range.end() > replica.durable()) {
      end(new ShoalException(ErrorCode.REPLICA_SHORT, range.chunkId().toString(), "too short"));
    } else {
      sendFrames(replica);
    }
  }

  private void sendFrames(StoredReplica replica) {
    while (wanted > 0 && next < range.end() && !isEnded() && !node.isStalled()) {
      Fault fault = node.nextFrame();
      if (fault == Fault.BREAK) {
        end(new ShoalException(ErrorCode.UNAVAILABLE, "node " + node.id(), "broke off"));
      }
      if (isEnded() || node.isStalled()) {
        return;
      }
      wanted--;
      int offset = next;
      byte[] bytes = replica.range(offset, Math.min(FRAME_BYTES, range.end() - offset));
      int crc32c = Crc32c.of(bytes);
      if (fault == Fault.CORRUPT) {
        bytes[0] ^= 1;
      }
      next += bytes.length;
      node.serve(bytes.length);
      send(() -> deliver(offset, crc32c, bytes));
    }
    if (next == range.end()) {
      send(() -> end(null));
    }
  }

  private void deliver(int offset, int crc32c, byte[] bytes) {
    if (isEnded()) {
      return;
    }
    stopWaiting();
    ByteBuf payload = UnpooledByteBufAllocator.DEFAULT.directBuffer(bytes.length);
    payload.writeBytes(bytes);
    listener.onFrame(new ReadFrame(offset, crc32c, payload));
  }
}
