package io.shoal.metadata.store;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/** Those who wait until the state has reached a place in the log. Thread-safe. */
final class AppliedWaiters {
  private record Waiter(long index, CompletableFuture<Void> future) {}

  private final Queue<Waiter> waiting = new PriorityQueue<>(Comparator.comparing(Waiter::index));
  private boolean closed;

  /** The lowest index that is waited for. */
  private volatile long lowest = Long.MAX_VALUE;

  /** Adds one; the caller looks afterwards whether the place was reached meanwhile. */
  CompletableFuture<Void> add(long index) {
    Waiter waiter = new Waiter(index, new CompletableFuture<>());
    synchronized (this) {
      if (closed) {
        return CompletableFuture.failedFuture(closing());
      }
      waiting.add(waiter);
      noteLowest();
    }
    var unused =
        waiter
            .future()
            .whenComplete(
                (nothing, failure) -> {
                  if (failure != null) {
                    remove(waiter);
                  }
                });
    return waiter.future();
  }

  /** Returns how many wait. */
  synchronized int count() {
    return waiting.size();
  }

  private synchronized void remove(Waiter waiter) {
    waiting.remove(waiter);
    noteLowest();
  }

  private void noteLowest() {
    Waiter first = waiting.peek();
    lowest = first == null ? Long.MAX_VALUE : first.index();
  }

  /** Completes those who wait for a place up to this one, on this thread. */
  void reached(long index) {
    if (index < lowest) {
      return;
    }
    List<Waiter> done = new ArrayList<>();
    synchronized (this) {
      for (Waiter first = waiting.peek();
          first != null && first.index() <= index;
          first = waiting.peek()) {
        done.add(waiting.remove());
      }
      noteLowest();
    }
    done.forEach(waiter -> waiter.future().complete(null));
  }

  /** Fails all with {@code UNAVAILABLE}, and those who come later. */
  void close() {
    List<Waiter> refused;
    synchronized (this) {
      closed = true;
      refused = new ArrayList<>(waiting);
      waiting.clear();
      noteLowest();
    }
    refused.forEach(waiter -> waiter.future().completeExceptionally(closing()));
  }

  private static ShoalException closing() {
    return new ShoalException(ErrorCode.UNAVAILABLE, "", "this metadata server shuts down");
  }
}
