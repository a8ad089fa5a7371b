package io.shoal.common.transport;

import io.grpc.ServerCall;
import io.shoal.common.error.ShoalException;
import org.jspecify.annotations.Nullable;

/** Frames in, acknowledgements out. */
final class ServerWriteStream extends ServerStream<WriteFrame, WriteAck> implements WriteReplies {
  /** Null until the handler has made it, which is before the first callback. */
  private @Nullable WriteSink sink;

  ServerWriteStream(
      ServerCall<Envelope<WriteFrame>, Envelope<WriteAck>> call, int onReadyThresholdBytes) {
    super(call, onReadyThresholdBytes);
  }

  void start(ChunkHandler handler) {
    guarded(() -> sink = handler.openWrite(this));
  }

  @Override
  public void request(int count) {
    requestMessages(count);
  }

  @Override
  void release(WriteAck reply) {
    // Owns no buffer.
  }

  @Override
  void received(WriteFrame frame) {
    if (sink != null && open()) {
      sink.onFrame(frame);
    } else {
      frame.release();
    }
  }

  @Override
  void aborted(ShoalException reason) {
    if (sink != null) {
      sink.onAborted(reason);
    }
  }

  @Override
  public void onHalfClose() {
    if (sink != null && open()) {
      guarded(sink::onEnd);
    }
  }

  @Override
  public void onReady() {
    if (sink != null && open()) {
      guarded(sink::onReady);
    }
  }
}
