package io.shoal.common.transport;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBufUtil;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.ChunkId;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A storage node that does nothing by itself: the test takes its streams and answers them. */
final class ScriptedHandler implements ChunkHandler {
  final BlockingQueue<Write> writes = new LinkedBlockingQueue<>();
  final BlockingQueue<Reply<ReadRange, ReadFrame>> reads = new LinkedBlockingQueue<>();
  final BlockingQueue<Reply<Long, List<ChunkReport>>> inventories = new LinkedBlockingQueue<>();

  volatile Function<List<ChunkId>, CompletableFuture<List<ChunkReport>>> describer =
      chunks ->
          CompletableFuture.completedFuture(chunks.stream().map(ChunkReport::unknown).toList());

  volatile Function<ReadRange, CompletableFuture<LocalFile>> localFiles =
      range ->
          CompletableFuture.failedFuture(
              new ShoalException(ErrorCode.UNSUPPORTED, "", "files are not for readers"));

  /** If there is one, nothing is begun. */
  volatile @Nullable ShoalException refusal;

  private void refuseIfTold() {
    ShoalException told = refusal;
    if (told != null) {
      throw told;
    }
  }

  /** Takes the next element, which has to come in time. */
  static <T> T take(BlockingQueue<T> queue) {
    try {
      @Nullable T element = queue.poll(20, TimeUnit.SECONDS);
      if (element == null) {
        throw new AssertionError("nothing came within 20 s");
      }
      return element;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A frame with its bytes copied, so that tests need not release it. */
  record Arrived(WriteFrame frame, ByteString copy) {
    static Arrived of(WriteFrame frame) {
      return new Arrived(frame, ByteString.copyFrom(ByteBufUtil.getBytes(frame.payload())));
    }

    byte[] bytes() {
      return copy.toByteArray();
    }
  }

  /** A writer's stream. */
  static final class Write implements WriteSink {
    final WriteReplies replies;
    final BlockingQueue<Arrived> frames = new LinkedBlockingQueue<>();
    final CompletableFuture<ShoalException> aborted = new CompletableFuture<>();
    final CompletableFuture<Boolean> end = new CompletableFuture<>();

    Write(WriteReplies replies) {
      this.replies = replies;
    }

    @Override
    public void onFrame(WriteFrame frame) {
      frames.add(Arrived.of(frame));
      frame.release();
    }

    @Override
    public void onEnd() {
      end.complete(true);
    }

    @Override
    public void onReady() {}

    @Override
    public void onAborted(ShoalException reason) {
      aborted.complete(reason);
    }
  }

  /** A reader's stream. */
  static final class Reply<Q, T> implements ReplySource {
    final Q request;
    final ReplyStream<T> replies;
    final CompletableFuture<ShoalException> aborted = new CompletableFuture<>();
    final AtomicBoolean becameReady = new AtomicBoolean();

    Reply(Q request, ReplyStream<T> replies) {
      this.request = request;
      this.replies = replies;
    }

    @Override
    public void onReady() {
      becameReady.set(true);
    }

    @Override
    public void onAborted(ShoalException reason) {
      aborted.complete(reason);
    }
  }

  @Override
  public WriteSink openWrite(WriteReplies replies) {
    refuseIfTold();
    Write write = new Write(replies);
    writes.add(write);
    return write;
  }

  @Override
  public ReplySource openRead(ReadRange range, ReplyStream<ReadFrame> replies) {
    refuseIfTold();
    Reply<ReadRange, ReadFrame> read = new Reply<>(range, replies);
    reads.add(read);
    return read;
  }

  @Override
  public CompletableFuture<LocalFile> findLocalFile(ReadRange range) {
    return localFiles.apply(range);
  }

  @Override
  public CompletableFuture<List<ChunkReport>> describe(List<ChunkId> chunks) {
    return describer.apply(chunks);
  }

  @Override
  public ReplySource openInventory(long afterChunkId, ReplyStream<List<ChunkReport>> replies) {
    Reply<Long, List<ChunkReport>> inventory = new Reply<>(afterChunkId, replies);
    inventories.add(inventory);
    return inventory;
  }
}
