package io.shoal.client.internal.transfer;

import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The transfers that are under way. Thread-safe. */
final class Transfers {
  private final Set<Transfer> underWay = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * Adds a transfer; cancelling its result stops it.
   *
   * @return the result
   */
  <T> CompletableFuture<T> add(Transfer transfer, CompletableFuture<T> result) {
    underWay.add(transfer);
    Listening.to(transfer.ended(), (nothing, failure) -> underWay.remove(transfer));
    Listening.to(
        result,
        (value, failure) -> {
          if (result.isCancelled()) {
            transfer.stop(new ShoalException(ErrorCode.CANCELLED, "", "the caller cancelled it"));
          }
        });
    if (closed) {
      transfer.stop(clientClosed());
    }
    return result;
  }

  /** Stops all; completes when they have ended. */
  CompletableFuture<Void> close() {
    closed = true;
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    for (Transfer transfer : underWay) {
      transfer.stop(clientClosed());
      ends.add(transfer.ended());
    }
    return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
  }

  private static ShoalException clientClosed() {
    return new ShoalException(ErrorCode.CANCELLED, "", "the client was closed");
  }
}
