package io.shoal.client.internal.pipeline;

import io.shoal.client.internal.resources.ClientEnvironment;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.SessionId;
import io.shoal.common.time.Timer;
import io.shoal.proto.v1.CloseSessionRequest;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.OpenSessionReply;
import io.shoal.proto.v1.OpenSessionRequest;
import io.shoal.proto.v1.RenewSessionRequest;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session under which mutations go out (rule X1): opened by the first one, renewed while it is
 * quiet, replaced after it was lost. A mutation waits here until the session is open and its window
 * has room. Owned by the pipeline's shard.
 */
final class Session {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  /** Renewals within one lifetime: two may fail before it matters. */
  private static final int RENEWALS_PER_LIFETIME = 3;

  /** What the session needs of the pipeline. */
  interface Calls {
    /** Sends a request of the session's own. */
    CompletableFuture<NamespaceReply> send(NamespaceRequest request, Duration timeout);

    /** Takes a mutation that may be sent now. */
    void onStamped(PendingCall call);

    /** Ends a mutation that can't be sent. */
    void fail(PendingCall call, ShoalException failure);
  }

  /** How far the session is. */
  enum Stage {
    /** No session, and nobody needs one; */
    NONE,
    /** it was asked for; */
    OPENING,
    /** mutations go out; */
    OPEN,
    /** for good. */
    ENDED
  }

  private final PipelineSettings settings;
  private final ClientEnvironment environment;
  private final Executor shard;
  private final Calls calls;

  private final Set<PendingCall> waiting = new LinkedHashSet<>();
  private Stage stage = Stage.NONE;
  private CompletableFuture<SessionId> opened = new CompletableFuture<>();
  private @Nullable CompletableFuture<SessionId> verified;
  private @Nullable MutationWindow window;
  private long lifetimeNanos;
  private long lastAnswerNanos;
  private Timer.@Nullable Scheduled renewal;

  Session(PipelineSettings settings, ClientEnvironment environment, Executor shard, Calls calls) {
    this.settings = settings;
    this.environment = environment;
    this.shard = shard;
    this.calls = calls;
  }

  boolean isOpen() {
    return stage == Stage.OPEN;
  }

  /** Completes with the session's id as soon as there is one that lives, for all that is known. */
  CompletableFuture<SessionId> id() {
    if (stage == Stage.NONE) {
      open();
    }
    return stage == Stage.OPEN && quietNanos() >= lifetimeNanos ? verify() : opened;
  }

  /**
   * It may have ended without anybody having noticed, since this process stood still for a while,
   * or the servers did: they know.
   */
  private CompletableFuture<SessionId> verify() {
    CompletableFuture<SessionId> underWay = verified;
    if (underWay != null) {
      return underWay;
    }
    CompletableFuture<SessionId> asked = new CompletableFuture<>();
    verified = asked;
    Listening.to(
        renew(),
        (reply, failure) ->
            shard.execute(
                () -> {
                  verified = null;
                  ShoalException reason = failure == null ? null : ShoalException.of(failure);
                  if (reason == null || reason.code() == ErrorCode.SESSION_UNKNOWN) {
                    relay(reason == null ? opened : id(), asked);
                  } else {
                    asked.completeExceptionally(unverified(reason));
                  }
                }));
    return asked;
  }

  /**
   * Whether the session was renewed is not known then, but it does not matter to who asks for it.
   */
  private static ShoalException unverified(ShoalException reason) {
    return reason.code() == ErrorCode.OUTCOME_UNKNOWN
        ? new ShoalException(ErrorCode.DEADLINE_EXCEEDED, "", reason.getMessage(), reason)
        : reason;
  }

  private static void relay(CompletableFuture<SessionId> from, CompletableFuture<SessionId> to) {
    Listening.to(
        from,
        (id, failure) -> {
          if (failure == null) {
            to.complete(id);
          } else {
            to.completeExceptionally(failure);
          }
        });
  }

  /** Takes a mutation, and passes it on with a stamp when that is possible. */
  void submit(PendingCall call) {
    call.moveTo(PendingCall.Stage.UNSTAMPED);
    waiting.add(call);
    if (stage == Stage.NONE) {
      open();
    } else {
      stampWaiting();
    }
  }

  /** Forgets a mutation that is done, wherever it was. */
  void forget(PendingCall call) {
    waiting.remove(call);
    call.releaseStamp();
    stampWaiting();
  }

  /** Notes that a mutation was executed or found executed: the session lives. */
  void answered() {
    lastAnswerNanos = environment.time().nanoTime();
  }

  /** Notes that the server does not know a session any more. */
  void lost(long sessionId) {
    if (stage == Stage.OPEN && window != null && window.sessionId() == sessionId) {
      LOG.warn("session {} has expired; its pending files are gone", Long.toHexString(sessionId));
      reset(Stage.NONE);
    }
  }

  /** Ends the session; completes when the server knows, or when it can't be told in time. */
  CompletableFuture<Void> end(Duration timeout, boolean connected) {
    boolean tell = stage == Stage.OPEN && connected;
    CompletableFuture<Void> done = new CompletableFuture<>();
    if (tell) {
      NamespaceRequest request =
          NamespaceRequest.newBuilder()
              .setCloseSession(CloseSessionRequest.getDefaultInstance())
              .build();
      Listening.to(calls.send(request, timeout), (reply, failure) -> done.complete(null));
      cancelRenewal();
    } else {
      done.complete(null);
    }
    return done.whenComplete((nothing, failure) -> shard.execute(this::ended));
  }

  private void ended() {
    if (stage != Stage.ENDED) {
      opened.completeExceptionally(
          new ShoalException(ErrorCode.CANCELLED, "", "the client is closed"));
      reset(Stage.ENDED);
    }
  }

  private void reset(Stage next) {
    cancelRenewal();
    stage = next;
    window = null;
    if (opened.isDone() && next == Stage.NONE) {
      opened = new CompletableFuture<>();
    }
  }

  // -------------------------------------------------------------------------------------- open

  private void open() {
    stage = Stage.OPENING;
    NamespaceRequest request =
        NamespaceRequest.newBuilder()
            .setOpenSession(
                OpenSessionRequest.newBuilder()
                    .setClientName(settings.client().name())
                    .setOwner(settings.client().owner())
                    .setGroup(settings.client().group())
                    .setNonce(environment.random().nextLong()))
            .build();
    Listening.to(
        calls.send(request, settings.callTimeout()),
        (reply, failure) ->
            shard.execute(
                () -> {
                  if (failure == null) {
                    onOpened(reply.getOpenSession());
                  } else {
                    onNotOpened(ShoalException.of(failure));
                  }
                }));
  }

  private void onOpened(OpenSessionReply reply) {
    if (stage != Stage.OPENING) {
      return;
    }
    stage = Stage.OPEN;
    window = new MutationWindow(reply.getSessionId(), reply.getWindow());
    lifetimeNanos = Math.max(1_000_000L, reply.getLifetimeMillis() * 1_000_000L);
    answered();
    scheduleRenewal();
    opened.complete(new SessionId(reply.getSessionId()));
    stampWaiting();
  }

  private void onNotOpened(ShoalException failure) {
    if (stage != Stage.OPENING) {
      return;
    }
    stage = Stage.NONE;
    CompletableFuture<SessionId> failed = opened;
    opened = new CompletableFuture<>();
    failed.completeExceptionally(failure);
    if (failure.retryable()) {
      // Whoever still waits has time left.
      if (!waiting.isEmpty()) {
        open();
      }
      return;
    }
    for (PendingCall call : Set.copyOf(waiting)) {
      calls.fail(call, failure);
    }
  }

  private void stampWaiting() {
    MutationWindow open = window;
    while (open != null && !waiting.isEmpty() && open.hasRoom()) {
      PendingCall call = waiting.iterator().next();
      waiting.remove(call);
      call.stamp(open);
      calls.onStamped(call);
    }
  }

  // ------------------------------------------------------------------------------------- renew

  private void scheduleRenewal() {
    long delay = quietLimitNanos() - quietNanos();
    Duration wait = Duration.ofNanos(delay > 0 ? delay : quietLimitNanos());
    renewal = environment.timer().schedule(wait, shard, this::onRenewalDue);
  }

  private long quietNanos() {
    return environment.time().nanoTime() - lastAnswerNanos;
  }

  private long quietLimitNanos() {
    return lifetimeNanos / RENEWALS_PER_LIFETIME;
  }

  private void onRenewalDue() {
    if (stage != Stage.OPEN) {
      return;
    }
    if (quietNanos() >= quietLimitNanos()) {
      Listening.to(
          renew(),
          (reply, failure) -> {
            if (failure != null) {
              LOG.debug("session was not renewed: {}", failure.toString());
            }
          });
    }
    scheduleRenewal();
  }

  private CompletableFuture<NamespaceReply> renew() {
    NamespaceRequest request =
        NamespaceRequest.newBuilder()
            .setRenewSession(RenewSessionRequest.getDefaultInstance())
            .build();
    return calls.send(request, settings.callTimeout());
  }

  private void cancelRenewal() {
    if (renewal != null) {
      renewal.cancel();
      renewal = null;
    }
  }
}
