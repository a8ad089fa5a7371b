package io.shoal.metadata.rpc.serving;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.metadata.consensus.CommandLog;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Whether this server answers requests: it leads, and has all that a leader needs. Thread-safe;
 * whoever begins and ends the terms of this server opens and closes it.
 */
public final class LeaderGate {
  private static final int RETRY_AFTER_MILLIS = 50;

  private final CommandLog log;
  private volatile boolean open;
  private volatile Consumer<Boolean> listener = opened -> {};

  /** Makes a gate that is closed. */
  public LeaderGate(CommandLog log) {
    this.log = log;
  }

  /** Sets who is told when the gate opens (true) and closes; it must return at once. */
  public void setListener(Consumer<Boolean> listener) {
    this.listener = listener;
  }

  /** Lets requests in. */
  public void open() {
    open = true;
    listener.accept(true);
  }

  /** Refuses requests. */
  public void close() {
    open = false;
    listener.accept(false);
  }

  /** Tells whether requests are let in. */
  public boolean isOpen() {
    return open;
  }

  /** Returns a future that fails with the reason why the gate is closed. */
  public <T> CompletableFuture<T> refusal() {
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
