package io.shoal.metadata.testing;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.metadata.consensus.LogPeer;
import io.shoal.metadata.consensus.Peer;
import io.shoal.metadata.consensus.PeerGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Two servers, and what was asked of them; nothing changes. Thread-safe. */
public final class FixedGroup implements PeerGroup {
  private final List<String> asked = new ArrayList<>();

  /** Returns what was asked. */
  public synchronized List<String> asked() {
    return List.copyOf(asked);
  }

  @Override
  public List<LogPeer> peers() {
    return List.of(
        new LogPeer("m1", "10.0.0.6:9200", true, 7, 0),
        new LogPeer("m2", "10.0.0.7:9200", false, 5, 1_200));
  }

  @Override
  public synchronized CompletableFuture<Void> change(
      Optional<Peer> added, Optional<String> removed) {
    asked.add("+" + added.map(Peer::toString).orElse("") + " -" + removed.orElse(""));
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized CompletableFuture<Void> transferLeadership(Optional<String> id) {
    asked.add("to " + id.orElse("any"));
    return id.equals(Optional.of("m7"))
        ? CompletableFuture.failedFuture(
            new ShoalException(ErrorCode.NOT_FOUND, "m7", "there is no metadata server m7"))
        : CompletableFuture.completedFuture(null);
  }
}
