package io.shoal.common.shard;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.error.ShoalException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A serial executor: tasks run one at a time, each seeing the effects of all before it, on threads
 * borrowed from a shared pool. No thread is parked for an idle shard, and no lock is held while a
 * task runs. All methods are thread-safe.
 *
 * <p><b>Order.</b> Tasks of one sender run in the order in which it sent them; tasks of several
 * senders in the order in which they were accepted. A task that is sent from within the shard runs
 * later, never nested.
 *
 * <p><b>Two doors.</b> New work from outside comes in through {@link #offer} or {@link #ask}, which
 * refuse it with {@link ErrorCode#OVERLOADED} when the shard is full. {@link #execute} is for what
 * belongs to work that was let in before, such as an answer or a timer: it ignores the limit, so
 * its senders must be bounded by that work.
 *
 * <p><b>Fairness.</b> After a quantum of tasks the shard gives its thread back and queues up at the
 * pool again.
 *
 * <p><b>Faults.</b> Whatever a task throws is a defect and goes to the fault handler; the shard
 * then goes on with the next task.
 *
 * <p><b>End.</b> After {@link #close} no work is let in and {@link ErrorCode#UNAVAILABLE} is
 * thrown; what was accepted before still runs, and so do tasks that it sends from within the shard.
 * The pool has to outlive its shards.
 */
public final class Shard implements Executor {
  private static final int DEFAULT_QUANTUM = 64;

  /** Set in {@link #admitted} once the shard is closed; the other bits count. */
  private static final int CLOSED = 1 << 31;

  private final String name;
  private final Executor pool;
  private final int maxTasks;
  private final int quantum;
  private final FaultHandler faults;

  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

  /**
   * Tasks that were accepted and have not ended, the running one included, and the {@link #CLOSED}
   * bit.
   */
  private final AtomicInteger admitted = new AtomicInteger();

  /** Whether {@link #drain} is queued at the pool or runs. */
  private final AtomicBoolean scheduled = new AtomicBoolean();

  private final CompletableFuture<Void> terminated = new CompletableFuture<>();

  /** The thread that runs tasks at the moment. */
  private volatile @Nullable Thread runner;

  /**
   * Makes a shard that gives its thread back after 64 tasks.
   *
   * @param name for messages and logs, for example {@code volume-3}
   * @param pool runs the tasks; shared, and not closed with the shard
   * @param maxTasks accepted and unfinished tasks at which offered work is refused
   * @param faults gets what tasks throw
   */
  public Shard(String name, Executor pool, int maxTasks, FaultHandler faults) {
    this(name, pool, maxTasks, DEFAULT_QUANTUM, faults);
  }

  /**
   * Makes a shard.
   *
   * @param quantum tasks after which the shard gives its thread back to the pool
   */
  public Shard(String name, Executor pool, int maxTasks, int quantum, FaultHandler faults) {
    if (maxTasks < 1) {
      throw new IllegalArgumentException("maxTasks: " + maxTasks + " (expected: >= 1)");
    }
    if (quantum < 1) {
      throw new IllegalArgumentException("quantum: " + quantum + " (expected: >= 1)");
    }
    this.name = name;
    this.pool = pool;
    this.maxTasks = maxTasks;
    this.quantum = quantum;
    this.faults = faults;
  }

  /**
   * Sends a task that belongs to work that was let in before; the limit does not hold for it.
   *
   * @throws ShoalException {@link ErrorCode#UNAVAILABLE} if the shard is closed, or its pool has
   *     ended
   */
  @Override
  public void execute(Runnable task) {
    admit(Integer.MAX_VALUE);
    enqueue(task);
  }

  /**
   * Sends new work.
   *
   * @throws ShoalException {@link ErrorCode#OVERLOADED} if the shard is full, {@link
   *     ErrorCode#UNAVAILABLE} if it is closed or its pool has ended; the task was not taken then
   */
  public void offer(Runnable task) {
    admit(maxTasks);
    enqueue(task);
  }

  /**
   * Sends new work that has a result. The future completes within the shard, so that its
   * synchronous dependents run there too, and before the next task. Cancelling it before the work
   * begins skips the work.
   *
   * @return fails with {@link ErrorCode#OVERLOADED} or {@link ErrorCode#UNAVAILABLE} if the work
   *     was not let in; with the {@link ShoalException} that the question throws, which is an
   *     answer and no fault; with {@link ErrorCode#INTERNAL} if it throws anything else, which goes
   *     to the fault handler as well
   */
  public <T> CompletableFuture<T> ask(Supplier<T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      offer(() -> reply(question, answer));
    } catch (ShoalException refused) {
      answer.completeExceptionally(refused);
    }
    return answer;
  }

  /** Tells whether the calling thread runs a task of this shard. */
  public boolean inShard() {
    return Thread.currentThread() == runner;
  }

  /**
   * Checks that the calling thread runs a task of this shard.
   *
   * @throws IllegalStateException otherwise: state is about to be touched by somebody who does not
   *     own it
   */
  public void assertInShard() {
    if (!inShard()) {
      throw new IllegalStateException(
          "thread: "
              + Thread.currentThread().getName()
              + " (expected: one that runs a task of shard "
              + name
              + ")");
    }
  }

  /** Returns the number of accepted tasks that have not ended. */
  public int pendingTasks() {
    return admitted.get() & ~CLOSED;
  }

  /**
   * Lets nothing in any more and finishes what was accepted. May be called again, from anywhere.
   *
   * @return completes after the last task, on the thread that ran it, or on the caller's if nothing
   *     is left to do; it must not be waited for within the shard
   */
  public CompletableFuture<Void> close() {
    int before = admitted.getAndUpdate(state -> state | CLOSED);
    if ((before & ~CLOSED) == 0) {
      terminated.complete(null);
    }
    return terminated.copy();
  }

  @Override
  public String toString() {
    return "Shard[" + name + ", pendingTasks=" + pendingTasks() + "]";
  }

  private void admit(int limit) {
    while (true) {
      int state = admitted.get();
      if ((state & CLOSED) != 0 && !inShard()) {
        throw new ShoalException(ErrorCode.UNAVAILABLE, name, "closed");
      }
      int count = state & ~CLOSED;
      if (count >= limit) {
        throw new ShoalException(
            ErrorCode.OVERLOADED, name, "tasks pending: " + count + " (expected: < " + limit + ")");
      }
      if (admitted.compareAndSet(state, state + 1)) {
        return;
      }
    }
  }

  private void enqueue(Runnable task) {
    tasks.add(task);
    if (scheduled.get() || !scheduled.compareAndSet(false, true)) {
      return;
    }
    try {
      pool.execute(this::drain);
    } catch (RejectedExecutionException ended) {
      scheduled.set(false);
      if (tasks.remove(task)) {
        finishOne();
        throw new ShoalException(ErrorCode.UNAVAILABLE, name, "its pool has ended", ended);
      }
    }
  }

  /** Runs a quantum of tasks, or all of them if the pool no longer takes the rest. */
  private void drain() {
    do {
      runQuantum();
    } while (hasMore() && !yieldThread());
  }

  /** Tells whether there are more tasks; if not, the next sender schedules the shard again. */
  private boolean hasMore() {
    if (!tasks.isEmpty()) {
      return true;
    }
    scheduled.set(false);
    // A sender that saw the flag still set has left its task to us.
    return !tasks.isEmpty() && scheduled.compareAndSet(false, true);
  }

  /** Queues up at the pool again; false if that has ended. */
  private boolean yieldThread() {
    try {
      pool.execute(this::drain);
      return true;
    } catch (RejectedExecutionException ended) {
      return false;
    }
  }

  private void runQuantum() {
    for (int i = 0; i < quantum; i++) {
      Runnable task = tasks.poll();
      if (task == null) {
        return;
      }
      runner = Thread.currentThread();
      try {
        task.run();
      } catch (Throwable fault) {
        faults.onFault(name, fault);
      } finally {
        runner = null;
        finishOne();
      }
    }
  }

  private void finishOne() {
    if (admitted.decrementAndGet() == CLOSED) {
      terminated.complete(null);
    }
  }

  private static <T> void reply(Supplier<T> question, CompletableFuture<T> answer) {
    if (answer.isDone()) {
      return;
    }
    T result;
    try {
      result = question.get();
    } catch (ShoalException known) {
      answer.completeExceptionally(known);
      return;
    } catch (Throwable fault) {
      answer.completeExceptionally(ShoalException.of(fault));
      throw fault;
    }
    answer.complete(result);
  }
}
