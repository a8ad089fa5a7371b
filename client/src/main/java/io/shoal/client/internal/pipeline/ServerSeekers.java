package io.shoal.client.internal.pipeline;

import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Those who wait for a connection to ask something outside the stream. Owned by the shard. */
final class ServerSeekers {
  /** Somebody who waits: equal to nobody else. */
  static final class Seeker {
    private final CompletableFuture<ConnectedServer> server = new CompletableFuture<>();

    /** Completes with the server; may be cancelled. */
    CompletableFuture<ConnectedServer> server() {
      return server;
    }
  }

  private final ServerLink link;
  private final int limit;
  private final Executor shard;
  private final Set<Seeker> seekers = new LinkedHashSet<>();

  ServerSeekers(ServerLink link, int limit, Executor shard) {
    this.link = link;
    this.limit = limit;
    this.shard = shard;
  }

  boolean isEmpty() {
    return seekers.isEmpty();
  }

  void add(Seeker seeker) {
    ConnectedServer connected = link.connected();
    if (connected != null) {
      seeker.server.complete(connected);
      return;
    }
    if (seekers.size() >= limit) {
      seeker.server.completeExceptionally(
          new ShoalException(
              ErrorCode.OVERLOADED,
              "",
              "calls waiting for a connection: " + limit + " (expected: less)"));
      return;
    }
    seekers.add(seeker);
    Listening.to(
        seeker.server,
        (found, failure) -> {
          if (seeker.server.isCancelled()) {
            shard.execute(() -> seekers.remove(seeker));
          }
        });
    link.want();
  }

  void onConnected(ConnectedServer server) {
    takeAll().forEach(seeker -> seeker.server.complete(server));
  }

  void fail(ShoalException reason) {
    takeAll().forEach(seeker -> seeker.server.completeExceptionally(reason));
  }

  private List<Seeker> takeAll() {
    List<Seeker> all = List.copyOf(seekers);
    seekers.clear();
    return all;
  }
}
