package io.shoal.storage.io;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Permit;
import io.shoal.common.flow.Permits;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Threads of one volume that may block on its disk. Thread-safe.
 *
 * <p><b>Two doors</b>, as with a shard: {@link #submit} is for new work and refuses it when too
 * many tasks or bytes are waiting or running; {@link #execute} is for work whose number is bounded
 * elsewhere, such as the one task of each open chunk.
 *
 * <p><b>End.</b> {@link #close} lets nothing in any more; what was let in runs. Threads are never
 * interrupted: that would close the files under others.
 */
public final class IoPool implements Executor {
  private static final long IDLE_SECONDS = 30;

  private final String name;
  private final Executor executor;
  private final Permits permits;
  private final FaultHandler faults;
  private final CompletableFuture<Void> terminated;

  /**
   * Makes a pool with threads of its own, which are started when needed and end when idle.
   *
   * @param name for the threads and messages, for example {@code volume-3-read}
   * @param maxTasks submitted tasks that may wait or run
   * @param maxBytes bytes of these
   * @param faults gets what tasks throw besides {@link ShoalException}
   */
  public static IoPool ofThreads(
      String name, int threads, int maxTasks, long maxBytes, FaultHandler faults) {
    Threads pool = new Threads(threads, threadsNamed(name));
    return new IoPool(
        name, pool, new Permits.Limits(maxTasks, maxBytes, 0), faults, pool.terminated);
  }

  /**
   * Makes a pool over an executor of the caller, which outlives it: for tests that decide what runs
   * when.
   */
  public static IoPool over(
      Executor executor, String name, int maxTasks, long maxBytes, FaultHandler faults) {
    return new IoPool(
        name,
        executor,
        new Permits.Limits(maxTasks, maxBytes, 0),
        faults,
        CompletableFuture.completedFuture(null));
  }

  private IoPool(
      String name,
      Executor executor,
      Permits.Limits limits,
      FaultHandler faults,
      CompletableFuture<Void> terminated) {
    this.name = name;
    this.executor = executor;
    this.permits = new Permits(name, limits, Runnable::run);
    this.faults = faults;
    this.terminated = terminated;
  }

  /**
   * Runs new work that has a result. The future completes on the pool's thread. Cancelling it
   * before the work begins skips the work.
   *
   * @param bytes what the work will hold in memory
   * @return fails with {@code OVERLOADED} if the pool is full, {@code UNAVAILABLE} if it is closed;
   *     with the {@link ShoalException} that the work throws; with {@code INTERNAL} if it throws
   *     anything else, which goes to the fault handler as well
   */
  public <T> CompletableFuture<T> submit(long bytes, Supplier<T> work) {
    Permit permit = permits.tryAcquire(bytes);
    if (permit == null) {
      return CompletableFuture.failedFuture(
          new ShoalException(ErrorCode.OVERLOADED, name, "no room for another task: " + permits));
    }
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      execute(() -> run(work, permit, result));
    } catch (RejectedExecutionException ended) {
      permit.release();
      result.completeExceptionally(
          new ShoalException(ErrorCode.UNAVAILABLE, name, "closed", ended));
    }
    return result;
  }

  /**
   * Runs a task that the limits do not hold for.
   *
   * @throws RejectedExecutionException if the pool is closed; the task was not taken then
   */
  @Override
  public void execute(Runnable task) {
    executor.execute(task);
  }

  /**
   * Lets nothing in any more. The future completes after the last task, on a thread of the pool;
   * may be called again.
   */
  public CompletableFuture<Void> close() {
    if (executor instanceof Threads threads) {
      threads.shutdown();
    }
    return terminated.copy();
  }

  private <T> void run(Supplier<T> work, Permit permit, CompletableFuture<T> result) {
    if (result.isDone()) {
      permit.release();
      return;
    }
    try {
      T value = work.get();
      permit.release();
      result.complete(value);
    } catch (ShoalException known) {
      permit.release();
      result.completeExceptionally(known);
    } catch (Throwable fault) {
      permit.release();
      result.completeExceptionally(ShoalException.of(fault));
      faults.onFault(name, fault);
    }
  }

  private static ThreadFactory threadsNamed(String name) {
    AtomicInteger number = new AtomicInteger();
    return task -> new Thread(task, name + "-" + number.getAndIncrement());
  }

  private static final class Threads extends ThreadPoolExecutor {
    private final CompletableFuture<Void> terminated = new CompletableFuture<>();

    Threads(int threads, ThreadFactory factory) {
      super(threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
      allowCoreThreadTimeOut(true);
    }

    @Override
    protected void terminated() {
      terminated.complete(null);
    }
  }
}
