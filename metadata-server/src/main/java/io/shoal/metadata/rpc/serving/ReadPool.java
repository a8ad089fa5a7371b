package io.shoal.metadata.rpc.serving;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.error.ShoalException;
import io.shoal.common.time.Deadline;
import io.shoal.metadata.store.StateView;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The few threads that query the state and may wait for the disk, so that event loops never do.
 * Thread-safe. Every query gets a view of its own, which is closed when it ends.
 */
public final class ReadPool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReadPool.class);
  private static final int RETRY_AFTER_MILLIS = 20;
  private static final int STOP_MILLIS = 5_000;

  private final Supplier<StateView> views;
  private final FaultHandler faults;
  private final int queueLimit;
  private final AtomicInteger pending = new AtomicInteger();
  private final ThreadPoolExecutor threads;

  /**
   * Makes a pool; its threads start when they are needed.
   *
   * @param faults gets what a broken disk throws
   */
  public ReadPool(Supplier<StateView> views, ServiceLimits limits, FaultHandler faults) {
    this.views = views;
    this.faults = faults;
    this.queueLimit = limits.readQueue();
    AtomicInteger number = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            limits.readThreads(),
            limits.readThreads(),
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "metadata-read-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Queries the state.
   *
   * @param deadline if it has passed when a thread is free, the query is not made
   * @param query runs on one of the threads; a {@link ShoalException} is its answer
   * @return completes on that thread; fails with OVERLOADED if too many wait, DEADLINE_EXCEEDED,
   *     UNAVAILABLE if the pool is closed, or with what the query throws
   */
  public <T> CompletableFuture<T> query(Deadline deadline, Function<StateView, T> query) {
    int waiting = pending.incrementAndGet();
    if (waiting > queueLimit) {
      pending.decrementAndGet();
      return CompletableFuture.failedFuture(
          new ShoalException(
              ErrorCode.OVERLOADED,
              "",
              "reads waiting: " + (waiting - 1) + " (expected: < " + queueLimit + ")",
              RETRY_AFTER_MILLIS,
              null));
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      threads.execute(
          () -> {
            pending.decrementAndGet();
            run(deadline, query, answer);
          });
    } catch (RejectedExecutionException closed) {
      pending.decrementAndGet();
      answer.completeExceptionally(
          new ShoalException(ErrorCode.UNAVAILABLE, "", "the server is shutting down", closed));
    }
    return answer;
  }

  private <T> void run(
      Deadline deadline, Function<StateView, T> query, CompletableFuture<T> answer) {
    if (deadline.passed()) {
      answer.completeExceptionally(
          new ShoalException(
              ErrorCode.DEADLINE_EXCEEDED, "", "the deadline passed before the read began"));
      return;
    }
    T result;
    try (StateView view = views.get()) {
      result = query.apply(view);
    } catch (ShoalException refused) {
      answer.completeExceptionally(refused);
      return;
    } catch (UncheckedIOException brokenDisk) {
      answer.completeExceptionally(ShoalException.of(brokenDisk));
      faults.onFault("read", brokenDisk);
      return;
    } catch (RuntimeException defect) {
      LOG.error("A read met what should be impossible", defect);
      answer.completeExceptionally(ShoalException.of(defect));
      return;
    }
    answer.complete(result);
  }

  /**
   * Returns the threads for background work that reads as well. It is not counted: its owners keep
   * it within bounds.
   */
  public Executor executor() {
    return threads;
  }

  /** Finishes the queries that run or wait; lets none in any more. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(STOP_MILLIS, TimeUnit.MILLISECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      threads.shutdownNow();
    }
  }
}
