package io.shoal.common.transport;

import io.shoal.common.rpc.HostPort;
import io.shoal.common.time.TimeSource;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/**
 * Knows which nodes are on this machine, and so may let a reader open their files itself. A node
 * that turned out not to, or whose files this process may not open, is left alone for a while.
 * Thread-safe.
 */
public final class LocalFiles {
  /** Reads nothing itself. */
  public static final LocalFiles NONE =
      new LocalFiles(Runnable::run, host -> false, TimeSource.system());

  private static final long AVOIDED_NANOS = Duration.ofMinutes(1).toNanos();

  private final Executor threads;
  private final Predicate<String> isLocal;
  private final TimeSource time;

  /** Until when nodes are avoided; they are few. */
  private final Map<HostPort, Long> avoided = new ConcurrentHashMap<>();

  /**
   * Makes one.
   *
   * @param threads where files are opened and read; they may block
   * @param isLocal tells whether a host is this machine
   */
  public LocalFiles(Executor threads, Predicate<String> isLocal, TimeSource time) {
    this.threads = threads;
    this.isLocal = isLocal;
    this.time = time;
  }

  Executor threads() {
    return threads;
  }

  /** Tells whether to ask a node for its files. */
  boolean mayHave(HostPort node) {
    if (!isLocal.test(node.host())) {
      return false;
    }
    Long until = avoided.get(node);
    return until == null || time.nanoTime() - until > 0;
  }

  /** Says that a node's files can't be read from here. */
  void avoid(HostPort node) {
    avoided.put(node, time.nanoTime() + AVOIDED_NANOS);
  }
}
