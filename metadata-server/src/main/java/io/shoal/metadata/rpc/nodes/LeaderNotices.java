package io.shoal.metadata.rpc.nodes;

import io.grpc.stub.ServerCallStreamObserver;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.metadata.consensus.CommandLog;
import io.shoal.metadata.consensus.KnownLeader;
import io.shoal.proto.v1.LeaderNotice;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who wants to hear which server leads, each by a stream; of several news a slow one hears the
 * last. Thread-safe.
 */
public final class LeaderNotices {
  private static final int WATCHERS_MAX = 16_384;
  private static final int RETRY_AFTER_MILLIS = 1_000;

  private final CommandLog log;
  private final Set<Watcher> watchers = new LinkedHashSet<>();
  private boolean closed;

  /** Makes it without watchers. */
  public LeaderNotices(CommandLog log) {
    this.log = log;
  }

  /** Tells a caller what is known now, and from then on what changes. */
  synchronized void add(ServerCallStreamObserver<LeaderNotice> call) {
    if (closed || watchers.size() == WATCHERS_MAX) {
      call.onError(
          RpcErrors.toStatusException(
              closed
                  ? closing()
                  : new ShoalException(
                      ErrorCode.OVERLOADED,
                      "",
                      "too many ask which metadata server leads",
                      RETRY_AFTER_MILLIS,
                      null)));
      return;
    }
    Watcher watcher = new Watcher(call);
    watchers.add(watcher);
    call.setOnCancelHandler(() -> forget(watcher));
    call.setOnReadyHandler(() -> catchUp(watcher));
    watcher.tell(log.knownLeader());
  }

  private synchronized void forget(Watcher watcher) {
    watchers.remove(watcher);
  }

  private synchronized void catchUp(Watcher watcher) {
    if (!closed) {
      watcher.tell(log.knownLeader());
    }
  }

  /** Tells everybody what is known now. */
  public synchronized void tell() {
    KnownLeader known = log.knownLeader();
    watchers.forEach(watcher -> watcher.tell(known));
  }

  /** Ends all streams, and takes no more. */
  public synchronized void close() {
    closed = true;
    List.copyOf(watchers)
        .forEach(watcher -> watcher.call.onError(RpcErrors.toStatusException(closing())));
    watchers.clear();
  }

  private static ShoalException closing() {
    return new ShoalException(ErrorCode.UNAVAILABLE, "", "this metadata server is shutting down");
  }

  /** One stream; guarded by the lock of all. */
  private static final class Watcher {
    private final ServerCallStreamObserver<LeaderNotice> call;
    private @Nullable KnownLeader told;

    Watcher(ServerCallStreamObserver<LeaderNotice> call) {
      this.call = call;
    }

    void tell(KnownLeader known) {
      if (!known.equals(told) && (told == null || call.isReady())) {
        told = known;
        call.onNext(
            LeaderNotice.newBuilder().setTerm(known.term()).setLeader(known.address()).build());
      }
    }
  }
}
