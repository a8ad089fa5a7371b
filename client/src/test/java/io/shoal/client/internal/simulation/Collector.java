package io.shoal.client.internal.simulation;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.UnaryOperator;

/** A subscriber that keeps everything, asks when it is told, and checks the order of its calls. */
public final class Collector implements Flow.Subscriber<ByteBuffer> {
  private final long demandAhead;
  private final List<ByteBuffer> buffers = new ArrayList<>();
  private final CompletableFuture<Integer> done = new CompletableFuture<>();
  private Optional<Flow.Subscription> subscription = Optional.empty();

  private final UnaryOperator<ByteBuffer> keeping;

  /** Makes one that asks for so many buffers at first, and for one more with each that it got. */
  public Collector(long demandAhead) {
    this(demandAhead, UnaryOperator.identity());
  }

  private Collector(long demandAhead, UnaryOperator<ByteBuffer> keeping) {
    this.demandAhead = demandAhead;
    this.keeping = keeping;
  }

  /** Makes one for buffers that are only borrowed: it keeps copies. */
  public static Collector ofBorrowed(long demandAhead) {
    return new Collector(
        demandAhead,
        borrowed -> ByteBuffer.allocate(borrowed.remaining()).put(borrowed.duplicate()).flip());
  }

  @Override
  public void onSubscribe(Flow.Subscription offered) {
    require(subscription.isEmpty(), "subscribed twice");
    subscription = Optional.of(offered);
    if (demandAhead > 0) {
      offered.request(demandAhead);
    }
  }

  @Override
  public void onNext(ByteBuffer item) {
    require(!done.isDone(), "a buffer behind the end");
    buffers.add(keeping.apply(item));
    if (demandAhead > 0) {
      subscription().request(1);
    }
  }

  @Override
  public void onError(Throwable failure) {
    require(done.completeExceptionally(failure), "a second end: " + failure);
  }

  @Override
  public void onComplete() {
    require(done.complete(buffers.size()), "a second end");
  }

  /** Returns its subscription; it has one. */
  public Flow.Subscription subscription() {
    return subscription.orElseThrow();
  }

  /** Returns what completes with the number of buffers at the end of the stream. */
  public CompletableFuture<Integer> done() {
    return done;
  }

  /** Returns the buffers so far. */
  public List<ByteBuffer> buffers() {
    return List.copyOf(buffers);
  }

  /** Returns the bytes so far. */
  public byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (ByteBuffer buffer : buffers) {
      byte[] part = new byte[buffer.remaining()];
      buffer.duplicate().get(part);
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
