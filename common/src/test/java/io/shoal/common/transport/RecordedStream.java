package io.shoal.common.transport;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBufUtil;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.Await;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Listens to one stream of any kind and keeps what it hears. */
final class RecordedStream implements WriteListener, ReadListener, InventoryListener {
  /** A frame with its bytes copied. */
  record Arrived(int offset, int crc32c, ByteString copy) {
    byte[] bytes() {
      return copy.toByteArray();
    }
  }

  final BlockingQueue<WriteAck> acks = new LinkedBlockingQueue<>();
  final BlockingQueue<Arrived> frames = new LinkedBlockingQueue<>();
  final BlockingQueue<List<ChunkReport>> pages = new LinkedBlockingQueue<>();
  final Semaphore ready = new Semaphore(0);
  private final CompletableFuture<Optional<ShoalException>> closed = new CompletableFuture<>();

  @Override
  public void onReady() {
    ready.release();
  }

  @Override
  public void onAck(WriteAck ack) {
    acks.add(ack);
  }

  @Override
  public void onFrame(ReadFrame frame) {
    frames.add(
        new Arrived(
            frame.offset(),
            frame.crc32c(),
            ByteString.copyFrom(ByteBufUtil.getBytes(frame.payload()))));
    frame.release();
  }

  @Override
  public void onPage(List<ChunkReport> page) {
    pages.add(page);
  }

  @Override
  public void onClosed(@Nullable ShoalException failure) {
    if (!closed.complete(Optional.ofNullable(failure))) {
      throw new AssertionError("onClosed came twice");
    }
  }

  boolean isClosed() {
    return closed.isDone();
  }

  /** Waits for the end, which has to be a failure. */
  ShoalException failure() {
    return Await.result(closed).orElseThrow(() -> new AssertionError("closed without failure"));
  }

  /** Waits for the end, which has to be without failure. */
  void success() {
    Await.result(closed)
        .ifPresent(
            failure -> {
              throw new AssertionError("closed with a failure", failure);
            });
  }
}
