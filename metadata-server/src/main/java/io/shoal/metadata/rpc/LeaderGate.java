package io.shoal.metadata.rpc;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.metadata.consensus.CommandLog;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Whether this server answers requests: it leads, and has all that a leader needs. Thread-safe;
 * {@link LeaderTerm} opens and closes it.
 */
final class LeaderGate {
  private static final int RETRY_AFTER_MILLIS = 50;

  private final CommandLog log;
  private volatile boolean open;
  private volatile Consumer<Boolean> listener = opened -> {};

  LeaderGate(CommandLog log) {
    this.log = log;
  }

  void setListener(Consumer<Boolean> listener) {
    this.listener = listener;
  }

  void open() {
    open = true;
    listener.accept(true);
  }

  void close() {
    open = false;
    listener.accept(false);
  }

  boolean isOpen() {
    return open;
  }

  /** Returns a future that fails with the reason why the gate is closed. */
  <T> CompletableFuture<T> refusal() {
    return log.readBarrier()
        .thenCompose(
            leads ->
                CompletableFuture.failedFuture(
                    new ShoalException(
                        ErrorCode.UNAVAILABLE,
                        "",
                        "this metadata server has begun to lead and is not ready yet",
                        RETRY_AFTER_MILLIS,
                        null)));
  }
}
