package io.shoal.storage.rpc;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.util.concurrent.atomic.AtomicInteger;

/** How many streams of a kind there are, and no more than are allowed. Thread-safe. */
final class StreamCount {
  private final String kind;
  private final int limit;
  private final AtomicInteger count = new AtomicInteger();

  StreamCount(String kind, int limit) {
    this.kind = kind;
    this.limit = limit;
  }

  /**
   * Counts a stream, which is to {@link #leave}.
   *
   * @throws ShoalException {@code OVERLOADED} if there are as many as are allowed
   */
  void enter() {
    if (count.incrementAndGet() > limit) {
      leave();
      throw new ShoalException(
          ErrorCode.OVERLOADED, "", kind + " streams: " + limit + " (expected: < " + limit + ")");
    }
  }

  void leave() {
    count.decrementAndGet();
  }

  int count() {
    return count.get();
  }
}
