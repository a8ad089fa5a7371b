package io.shoal.client.internal;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The client's own threads: those on which callers' futures complete, and those that read and write
 * local files. Daemons that start when they are needed and leave when they are not. What they are
 * sent is bounded by the operations in flight.
 */
final class ClientThreads {
  private static final long KEEP_SECONDS = 10;

  private ClientThreads() {}

  /** Starts a pool whose threads must not wait for the client. */
  static ThreadPoolExecutor startCallbacks(int threads) {
    AtomicInteger number = new AtomicInteger();
    return start(
        threads, task -> new CallbackThread(task, "shoal-callback-" + number.incrementAndGet()));
  }

  /** Starts a pool whose threads may block on local files. */
  static ThreadPoolExecutor startFiles(int threads) {
    AtomicInteger number = new AtomicInteger();
    return start(threads, task -> new Thread(task, "shoal-file-" + number.incrementAndGet()));
  }

  private static ThreadPoolExecutor start(int threads, ThreadFactory factory) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            KEEP_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = factory.newThread(task);
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /**
   * Refuses to wait on a thread that others wait for.
   *
   * @throws IllegalStateException on a callback thread
   */
  static void requireOutside(String what) {
    if (Thread.currentThread() instanceof CallbackThread) {
      throw new IllegalStateException(
          what + " on " + Thread.currentThread().getName() + " (expected: no callback thread)");
    }
  }

  private static final class CallbackThread extends Thread {
    CallbackThread(Runnable task, String name) {
      super(task, name);
    }
  }
}
