package io.shoal.storage.chunk;

import io.netty.buffer.ByteBuf;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permit;
import io.shoal.common.flow.Permits;
import io.shoal.common.id.VolumeId;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A stream's hold on an open chunk: carries each call to the chunk's shard. */
final class StreamWriter implements ChunkWriter {
  private final OpenChunk chunk;
  private final VolumeId volume;
  private final int startBytes;
  private final DurableLength startDurable;
  private final Permits pending;

  /** Why the stream is broken. Belongs to the chunk's shard. */
  private @Nullable ShoalException failure;

  /**
   * Makes a writer.
   *
   * @param pending budget for what was handed in and is not done
   */
  StreamWriter(
      OpenChunk chunk,
      VolumeId volume,
      int startBytes,
      DurableLength startDurable,
      Permits pending) {
    this.chunk = chunk;
    this.volume = volume;
    this.startBytes = startBytes;
    this.startDurable = startDurable;
    this.pending = pending;
  }

  @Override
  public VolumeId volume() {
    return volume;
  }

  @Override
  public int startBytes() {
    return startBytes;
  }

  @Override
  public DurableLength startDurable() {
    return startDurable;
  }

  @Override
  public CompletableFuture<Integer> append(int offset, int crc32c, ByteBuf payload) {
    CompletableFuture<Integer> received = new CompletableFuture<>();
    Permit permit = pending.tryAcquire(payload.readableBytes());
    if (permit == null) {
      payload.release();
      refuse(received);
      return received;
    }
    try {
      chunk.execute(() -> run(offset, crc32c, payload, permit, received));
    } catch (ShoalException closed) {
      payload.release();
      permit.release();
      received.completeExceptionally(closed);
    }
    return received;
  }

  @Override
  public CompletableFuture<DurableLength> flush() {
    return makeDurable(false);
  }

  @Override
  public CompletableFuture<DurableLength> finish() {
    return makeDurable(true);
  }

  @Override
  public void close() {
    try {
      chunk.execute(() -> chunk.detach(this));
    } catch (ShoalException closed) {
      // With its volume the chunk is closed as well.
      return;
    }
  }

  /** Breaks the stream, if it is not broken yet. In the chunk's shard. */
  void fail(ShoalException reason) {
    if (failure == null) {
      failure = reason;
    }
  }

  /** Throws what broke the stream, if something did. In the chunk's shard. */
  void checkUnbroken() {
    if (failure != null) {
      throw failure;
    }
  }

  private void run(
      int offset, int crc32c, ByteBuf payload, Permit permit, CompletableFuture<Integer> received) {
    int length;
    try {
      length = chunk.append(this, offset, crc32c, payload);
    } catch (ShoalException refused) {
      fail(refused);
      received.completeExceptionally(refused);
      return;
    } catch (Throwable fault) {
      received.completeExceptionally(ShoalException.of(fault));
      throw fault;
    } finally {
      payload.release();
      permit.release();
    }
    received.complete(length);
  }

  private CompletableFuture<DurableLength> makeDurable(boolean finish) {
    CompletableFuture<DurableLength> answer = new CompletableFuture<>();
    Permit permit = pending.tryAcquire(0);
    if (permit == null) {
      refuse(answer);
      return answer;
    }
    try {
      chunk.execute(() -> chunk.makeDurable(this, finish, answer, permit));
    } catch (ShoalException closed) {
      permit.release();
      answer.completeExceptionally(closed);
    }
    return answer;
  }

  /**
   * Refuses a call in its turn, so that those before it take effect and those behind it fail as it
   * does.
   */
  private void refuse(CompletableFuture<?> answer) {
    ShoalException overloaded =
        new ShoalException(
            ErrorCode.OVERLOADED, "volume " + volume, "no room for another frame: " + pending);
    try {
      chunk.execute(
          () -> {
            fail(overloaded);
            answer.completeExceptionally(overloaded);
          });
    } catch (ShoalException closed) {
      answer.completeExceptionally(closed);
    }
  }
}
