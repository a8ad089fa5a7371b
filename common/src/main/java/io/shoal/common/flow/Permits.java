package io.shoal.common.flow;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A budget of operations and bytes under way that many share: whoever wants to begin something
 * acquires a {@link Permit} and releases it at the end. Thread-safe; no thread ever waits.
 *
 * <p><b>Order.</b> Strictly first come, first served: nobody overtakes a waiter, not even with a
 * smaller request. So a large request is never starved.
 *
 * <p><b>Larger than the budget.</b> A request for more bytes than the whole budget counts as the
 * whole budget: it is granted when no other bytes are held, and no other bytes are granted beside
 * it. Who would rather refuse it compares with {@link Limits#maxBytes()} first.
 *
 * <p><b>Threads.</b> If there is room, {@link #acquire} returns a future that is complete already.
 * The futures of waiters are completed on the executor, in order; if that has ended, on the thread
 * that made room.
 *
 * <p><b>Cancellation.</b> When a waiting future is cancelled or completed in any other way, it
 * leaves the queue at once; if the permit was on its way, it returns to the budget. This holds for
 * the future that {@link #acquire} returned, not for its dependents.
 */
public final class Permits implements AutoCloseable {
  /**
   * What may be held and waited for at a time.
   *
   * @param maxCount permits
   * @param maxBytes bytes of all permits together
   * @param maxWaiters requests that wait; further ones are refused
   */
  public record Limits(int maxCount, long maxBytes, int maxWaiters) {
    public Limits {
      if (maxCount < 1) {
        throw new IllegalArgumentException("maxCount: " + maxCount + " (expected: >= 1)");
      }
      if (maxBytes < 1) {
        throw new IllegalArgumentException("maxBytes: " + maxBytes + " (expected: >= 1)");
      }
      if (maxWaiters < 0) {
        throw new IllegalArgumentException("maxWaiters: " + maxWaiters + " (expected: >= 0)");
      }
    }
  }

  private final String name;
  private final Limits limits;
  private final Executor executor;

  /** Guards everything below and the state of the permits; never held while foreign code runs. */
  private final Object lock = new Object();

  private final Set<Waiter> waiters = new LinkedHashSet<>();

  /** Futures whose outcome is decided and that have to be completed in this order. */
  private final Queue<Runnable> decided = new ArrayDeque<>();

  /** Whether a thread is handing {@link #decided} to the executor. */
  private boolean delivering;

  private int heldCount;
  private long heldBytes;
  private @Nullable ShoalException closedFor;

  /**
   * Makes a budget.
   *
   * @param name for messages, for example {@code client writes}
   * @param executor completes the futures of waiters; may be a direct one
   */
  public Permits(String name, Limits limits, Executor executor) {
    this.name = name;
    this.limits = limits;
    this.executor = executor;
  }

  /**
   * Asks for a permit.
   *
   * @param bytes at least 0
   * @return fails with {@link ErrorCode#OVERLOADED} if as many wait as may, or with the reason of
   *     {@link #close(ShoalException)}
   */
  public CompletableFuture<Permit> acquire(long bytes) {
    checkBytes(bytes);
    Waiter waiter;
    synchronized (lock) {
      if (closedFor != null) {
        return CompletableFuture.failedFuture(closedFor);
      }
      if (waiters.isEmpty() && fits(bytes)) {
        return CompletableFuture.completedFuture(take(bytes));
      }
      if (waiters.size() >= limits.maxWaiters()) {
        return CompletableFuture.failedFuture(overloaded());
      }
      waiter = new Waiter(bytes);
      waiters.add(waiter);
    }
    waiter.leaveQueueWhenDone();
    return waiter;
  }

  /**
   * Takes a permit if there is room and nobody waits.
   *
   * @param bytes at least 0
   * @return null if there is no room, or the budget is closed
   */
  public @Nullable Permit tryAcquire(long bytes) {
    checkBytes(bytes);
    synchronized (lock) {
      return closedFor == null && waiters.isEmpty() && fits(bytes) ? take(bytes) : null;
    }
  }

  /** Returns the number of permits that are held. */
  public int heldCount() {
    synchronized (lock) {
      return heldCount;
    }
  }

  /** Returns the bytes that are held; a permit larger than the budget counts as the budget. */
  public long heldBytes() {
    synchronized (lock) {
      return heldBytes;
    }
  }

  /** Returns the number of requests that wait. */
  public int waiting() {
    synchronized (lock) {
      return waiters.size();
    }
  }

  /** Returns the limits. */
  public Limits limits() {
    return limits;
  }

  /** As {@link #close(ShoalException)} with {@link ErrorCode#UNAVAILABLE}. */
  @Override
  public void close() {
    close(new ShoalException(ErrorCode.UNAVAILABLE, name, "closed"));
  }

  /**
   * Fails all waiters and every further request with a reason. Permits that are held stay valid.
   * The first reason counts.
   */
  public void close(ShoalException reason) {
    synchronized (lock) {
      if (closedFor != null) {
        return;
      }
      closedFor = reason;
      for (Waiter waiter : waiters) {
        decided.add(() -> waiter.completeExceptionally(reason));
      }
      waiters.clear();
    }
    deliver();
  }

  @Override
  public String toString() {
    synchronized (lock) {
      return "Permits["
          + name
          + ", held="
          + heldCount
          + " of "
          + limits.maxCount()
          + ", bytes="
          + heldBytes
          + " of "
          + limits.maxBytes()
          + ", waiting="
          + waiters.size()
          + " of "
          + limits.maxWaiters()
          + "]";
    }
  }

  private static void checkBytes(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes: " + bytes + " (expected: >= 0)");
    }
  }

  private ShoalException overloaded() {
    return new ShoalException(
        ErrorCode.OVERLOADED,
        name,
        "requests waiting: " + waiters.size() + " (expected: < " + limits.maxWaiters() + ")");
  }

  private boolean fits(long bytes) {
    return heldCount < limits.maxCount() && charge(bytes) <= limits.maxBytes() - heldBytes;
  }

  private long charge(long bytes) {
    return Math.min(bytes, limits.maxBytes());
  }

  private Held take(long bytes) {
    heldCount++;
    heldBytes += charge(bytes);
    return new Held(bytes);
  }

  /** Decides for as many waiters as there is room for. Called with the lock. */
  private void grantWaiters() {
    for (Iterator<Waiter> queue = waiters.iterator(); queue.hasNext(); ) {
      Waiter waiter = queue.next();
      if (!fits(waiter.bytes)) {
        return;
      }
      queue.remove();
      Held permit = take(waiter.bytes);
      decided.add(() -> waiter.grant(permit));
    }
  }

  /**
   * Hands decided outcomes over, one thread at a time: so they stay in order, and a release within
   * a completion can't nest.
   */
  private void deliver() {
    synchronized (lock) {
      if (delivering) {
        return;
      }
      delivering = true;
    }
    while (true) {
      Runnable outcome;
      synchronized (lock) {
        outcome = decided.poll();
        if (outcome == null) {
          delivering = false;
          return;
        }
      }
      Handover.run(executor, outcome);
    }
  }

  private final class Waiter extends CompletableFuture<Permit> {
    private final long bytes;

    Waiter(long bytes) {
      this.bytes = bytes;
    }

    void leaveQueueWhenDone() {
      var unused = whenComplete((permit, failure) -> leaveQueue());
    }

    private void leaveQueue() {
      synchronized (lock) {
        if (!waiters.remove(this)) {
          return;
        }
        grantWaiters();
      }
      deliver();
    }

    void grant(Permit permit) {
      if (!complete(permit)) {
        permit.release();
      }
    }
  }

  private final class Held implements Permit {
    private long bytes;
    private boolean released;

    Held(long bytes) {
      this.bytes = bytes;
    }

    @Override
    public long bytes() {
      synchronized (lock) {
        return bytes;
      }
    }

    @Override
    public void release() {
      synchronized (lock) {
        if (released) {
          return;
        }
        released = true;
        heldCount--;
        giveBack(bytes);
      }
      deliver();
    }

    @Override
    public void release(long part) {
      synchronized (lock) {
        if (released) {
          return;
        }
        if (part < 0 || part > bytes) {
          throw new IllegalArgumentException("bytes: " + part + " (expected: 0 to " + bytes + ")");
        }
        giveBack(part);
      }
      deliver();
    }

    private void giveBack(long part) {
      heldBytes -= charge(bytes) - charge(bytes - part);
      bytes -= part;
      grantWaiters();
    }
  }
}
