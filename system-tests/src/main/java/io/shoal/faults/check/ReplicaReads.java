package io.shoal.faults.check;

import io.netty.buffer.PooledByteBufAllocator;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.time.SystemTimer;
import io.shoal.common.time.TimeSource;
import io.shoal.common.transport.ChunkTransport;
import io.shoal.common.transport.GrpcChunkTransport;
import io.shoal.common.transport.LocalFiles;
import io.shoal.common.transport.ReadFrame;
import io.shoal.common.transport.ReadListener;
import io.shoal.common.transport.ReadRange;
import io.shoal.common.transport.ReadStream;
import io.shoal.common.transport.StreamLimits;
import io.shoal.common.transport.TransportSettings;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reads replicas one by one, where a client would turn to another one if one is bad. */
final class ReplicaReads implements AutoCloseable {
  private static final Duration STALL = Duration.ofSeconds(10);

  private final EventLoops loops = EventLoops.start("check", 2, PooledByteBufAllocator.DEFAULT);
  private final SystemTimer timer = new SystemTimer();
  private final ChunkTransport transport =
      new GrpcChunkTransport(
          loops,
          RpcSettings.defaults(),
          TransportSettings.defaults(),
          TimeSource.system(),
          timer,
          LocalFiles.NONE);

  /** Reads a range of a chunk from one node; fails if that node does not deliver it. */
  CompletableFuture<ByteBuffer> read(
      int nodeId, String address, long chunkId, int offset, int length) {
    Range range = new Range(length);
    ReadRange wanted = new ReadRange(new ChunkId(chunkId), offset, length, new NodeId(nodeId));
    ReadStream stream =
        transport.openRead(HostPort.parse(address), wanted, StreamLimits.idle(STALL), range);
    stream.request(1 << 16);
    return range.end;
  }

  @Override
  public void close() {
    transport.close();
    loops.close();
    timer.close();
  }

  private static final class Range implements ReadListener {
    private final ByteBuffer bytes;
    private final CompletableFuture<ByteBuffer> end = new CompletableFuture<>();

    Range(int length) {
      this.bytes = ByteBuffer.allocate(length);
    }

    @Override
    public void onFrame(ReadFrame frame) {
      ByteBuffer part = bytes.duplicate();
      part.limit(part.position() + frame.length());
      frame.payload().getBytes(frame.payload().readerIndex(), part);
      bytes.position(part.limit());
      frame.release();
    }

    @Override
    public void onClosed(@Nullable ShoalException failure) {
      if (failure != null) {
        end.completeExceptionally(failure);
      } else if (bytes.hasRemaining()) {
        end.completeExceptionally(
            new ShoalException(ErrorCode.REPLICA_SHORT, "", bytes.remaining() + " bytes missing"));
      } else {
        end.complete(bytes.flip());
      }
    }
  }
}
