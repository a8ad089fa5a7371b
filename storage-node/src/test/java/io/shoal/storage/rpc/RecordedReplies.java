package io.shoal.storage.rpc;

import io.shoal.common.error.ShoalException;
import io.shoal.common.transport.ReplyStream;
import io.shoal.common.transport.WriteAck;
import io.shoal.common.transport.WriteReplies;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The peer's side of a stream: keeps what is sent to it. */
class RecordedReplies<T> implements ReplyStream<T> {
  final List<T> sent = new ArrayList<>();
  private final Consumer<T> release;
  boolean ready = true;
  boolean finished;
  @Nullable ShoalException failure;

  RecordedReplies(Consumer<T> release) {
    this.release = release;
  }

  @Override
  public boolean isReady() {
    return ready && !ended();
  }

  boolean ended() {
    return finished || failure != null;
  }

  @Override
  public void send(T reply) {
    if (!ended()) {
      sent.add(reply);
    }
    release.accept(reply);
  }

  @Override
  public void finish(T last) {
    send(last);
    finish();
  }

  @Override
  public void finish() {
    finished |= failure == null;
  }

  @Override
  public void fail(ShoalException reason) {
    if (!ended()) {
      failure = reason;
    }
  }

  /** Of a writer. */
  static final class Acks extends RecordedReplies<WriteAck> implements WriteReplies {
    int requested;

    Acks() {
      super(ack -> {});
    }

    @Override
    public void request(int count) {
      requested += count;
    }

    WriteAck last() {
      return sent.get(sent.size() - 1);
    }
  }
}
