package io.shoal.client.internal.pipeline;

import io.shoal.client.internal.pipeline.PendingCall.Stage;
import io.shoal.client.internal.resources.ClientEnvironment;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Backoff;
import io.shoal.common.id.SessionId;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.shard.Shard;
import io.shoal.common.time.Deadline;
import io.shoal.proto.v1.AbandonReply;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests and finds their answers. A call is let in within the limits, waits for its stamp
 * if it is a mutation, goes out as soon as the stream has room, comes again when the stream breaks
 * or the server asks for it, and ends with an answer, with its deadline, or with the client.
 * Thread-safe; nothing blocks.
 *
 * <p><b>Once.</b> A retry of a mutation keeps its session and sequence, and the server answers it
 * without executing it again (rule X1). Where that protection ends, because the session expired or
 * nobody waits any longer, a mutation that may have been executed fails with {@link
 * ErrorCode#OUTCOME_UNKNOWN}, never with an error that says it was not.
 */
public final class RequestPipeline implements ServerLink.Listener, Session.Calls {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** How long the end of a session is waited for when the client is closed. */
  private static final Duration FAREWELL = Duration.ofSeconds(2);

  /** Sessions that one mutation may try: it is not the one to find out that none lasts. */
  private static final int STAMP_LIMIT = 3;

  private final PipelineSettings.Limits limits;
  private final ClientEnvironment environment;
  private final Backoff backoff;
  private final Shard shard;
  private final ServerLink link;
  private final Session session;
  private final DeadlineQueue deadlines;

  /** All calls that have no result yet. */
  private final Set<PendingCall> calls = new LinkedHashSet<>();

  private long callBytes;

  /**
   * Calls that may be sent, the oldest first: one that has to come again goes before younger ones.
   */
  private final TreeMap<Long, PendingCall> outbound = new TreeMap<>();

  private final Map<Long, PendingCall> inFlight = new HashMap<>();
  private long inFlightBytes;

  private final Set<ServerSeeker> serverSeekers = new LinkedHashSet<>();

  private long lastId;
  private boolean closed;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  /**
   * Makes a pipeline, which connects with its first call.
   *
   * @param faults gets what should be impossible
   */
  public RequestPipeline(
      PipelineSettings settings,
      ServerChannels channels,
      ClientEnvironment environment,
      FaultHandler faults) {
    this.limits = settings.limits();
    this.environment = environment;
    this.backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, environment.random());
    this.shard = DirectShards.make("metadata", faults);
    this.link = new ServerLink(settings, channels, environment, backoff, shard, this);
    this.session = new Session(settings, environment, shard, this);
    this.deadlines =
        new DeadlineQueue(environment.time(), environment.timer(), shard, this::onDeadline);
  }

  /** Sends a request; {@code MetadataCalls.call} says what comes back. */
  public CompletableFuture<NamespaceReply> call(NamespaceRequest request, Deadline deadline) {
    PendingCall call = new PendingCall(request, deadline);
    shard.execute(() -> admit(call));
    return call.result();
  }

  /** Returns the session of mutations, opened if need be. */
  public CompletableFuture<SessionId> session() {
    CompletableFuture<SessionId> result = new CompletableFuture<>();
    shard.execute(
        () -> {
          if (closed) {
            result.completeExceptionally(clientClosed());
            return;
          }
          var unused =
              session
                  .id()
                  .whenComplete(
                      (id, failure) -> {
                        if (failure == null) {
                          result.complete(id);
                        } else {
                          result.completeExceptionally(failure);
                        }
                      });
        });
    return result;
  }

  /**
   * Returns the server that the pipeline is connected to, and connects if need be: for calls
   * outside the stream. Cancel the future when it is not wanted any more.
   */
  public CompletableFuture<ConnectedServer> server() {
    ServerSeeker seeker = new ServerSeeker();
    shard.execute(() -> seekServer(seeker));
    return seeker.server;
  }

  /** Notes that a server, asked outside the stream, said that it does not lead. */
  public void notLeader(HostPort server, ShoalException answer) {
    shard.execute(
        () -> {
          ConnectedServer connected = link.connected();
          if (connected != null && connected.server().equals(server) && link.canLeave(answer)) {
            link.leave(answer);
          }
        });
  }

  /**
   * Fails all calls with {@link ErrorCode#CANCELLED}, ends the session and the connection. May be
   * called again.
   *
   * @return completes when nothing is left
   */
  public CompletableFuture<Void> close() {
    shard.execute(this::startClosing);
    return ended.copy();
  }

  // ------------------------------------------------------------------------------------- admission

  private void admit(PendingCall call) {
    ShoalException refusal = refusalOf(call);
    if (refusal != null) {
      call.result().completeExceptionally(refusal);
    } else {
      begin(call);
    }
  }

  private @Nullable ShoalException refusalOf(PendingCall call) {
    if (closed) {
      return clientClosed();
    }
    if (call.bytes() > limits.maxRequestBytes()) {
      return new ShoalException(
          ErrorCode.LIMIT_EXCEEDED,
          "",
          "%s request: %d bytes (expected: at most %d)"
              .formatted(call.what(), call.bytes(), limits.maxRequestBytes()));
    }
    if (calls.size() >= limits.maxCalls() || callBytes + call.bytes() > limits.maxCallBytes()) {
      return new ShoalException(
          ErrorCode.OVERLOADED,
          "",
          "metadata calls waiting: %d with %d bytes (expected: at most %d with %d bytes)"
              .formatted(calls.size(), callBytes, limits.maxCalls(), limits.maxCallBytes()));
    }
    if (call.deadline().passed()) {
      return new ShoalException(
          ErrorCode.DEADLINE_EXCEEDED,
          "",
          call.what() + ": the deadline passed before it was sent");
    }
    return null;
  }

  private void begin(PendingCall call) {
    call.admitAs(++lastId);
    calls.add(call);
    callBytes += call.bytes();
    deadlines.add(call);
    var unused =
        call.result()
            .whenComplete(
                (reply, failure) -> {
                  if (call.result().isCancelled()) {
                    shard.execute(() -> forget(call));
                  }
                });
    route(call);
  }

  private void route(PendingCall call) {
    if (call.needsStamp()) {
      session.submit(call);
    } else {
      enqueue(call);
      pump();
    }
  }

  private void enqueue(PendingCall call) {
    call.moveTo(Stage.OUTBOUND);
    outbound.put(call.id(), call);
    link.want();
  }

  @Override
  public void onStamped(PendingCall call) {
    enqueue(call);
    pump();
  }

  /** Sends what there is room for. */
  private void pump() {
    while (!outbound.isEmpty() && inFlight.size() < limits.maxInFlight() && link.isReady()) {
      PendingCall call = outbound.firstEntry().getValue();
      if (inFlightBytes > 0 && inFlightBytes + call.bytes() > limits.maxInFlightBytes()) {
        return;
      }
      outbound.remove(call.id());
      inFlight.put(call.id(), call);
      inFlightBytes += call.bytes();
      call.moveTo(Stage.IN_FLIGHT);
      link.send(call.toWire());
    }
  }

  @Override
  public CompletableFuture<NamespaceReply> send(NamespaceRequest request, Duration timeout) {
    PendingCall call = new PendingCall(request, Deadline.after(timeout, environment.time()));
    begin(call);
    return call.result();
  }

  // --------------------------------------------------------------------------------------- the
  // link

  @Override
  public void onReady() {
    ConnectedServer connected = link.connected();
    if (connected != null && !serverSeekers.isEmpty()) {
      List<ServerSeeker> seekers = List.copyOf(serverSeekers);
      serverSeekers.clear();
      seekers.forEach(seeker -> seeker.server.complete(connected));
    }
    pump();
  }

  @Override
  public void onReply(NamespaceReply reply) {
    PendingCall call = inFlight.remove(reply.getRequestId());
    if (call == null) {
      return; // Nobody waits for it any more.
    }
    inFlightBytes -= call.bytes();
    if (reply.hasError()) {
      onError(call, RpcErrors.fromProto(reply.getError()));
    } else {
      link.answered();
      onAnswer(call, reply);
    }
    pump();
  }

  @Override
  public void onBroken() {
    List<PendingCall> unanswered = List.copyOf(inFlight.values());
    inFlight.clear();
    inFlightBytes = 0;
    for (PendingCall call : unanswered) {
      call.mayHaveBeenExecuted();
      call.moveTo(Stage.OUTBOUND);
      outbound.put(call.id(), call);
    }
  }

  @Override
  public void onUnreachable(ShoalException reason) {
    failAll(reason);
    List<ServerSeeker> seekers = List.copyOf(serverSeekers);
    serverSeekers.clear();
    seekers.forEach(seeker -> seeker.server.completeExceptionally(reason));
  }

  @Override
  public boolean wantsConnection() {
    return !closed && (!calls.isEmpty() || !serverSeekers.isEmpty() || session.isOpen());
  }

  private void seekServer(ServerSeeker seeker) {
    ConnectedServer connected = link.connected();
    if (closed) {
      seeker.server.completeExceptionally(clientClosed());
    } else if (connected != null) {
      seeker.server.complete(connected);
    } else if (serverSeekers.size() >= limits.maxInFlight()) {
      seeker.server.completeExceptionally(
          new ShoalException(
              ErrorCode.OVERLOADED,
              "",
              "calls waiting for a connection: %d (expected: less)"
                  .formatted(serverSeekers.size())));
    } else {
      serverSeekers.add(seeker);
      var unused =
          seeker.server.whenComplete(
              (found, failure) -> {
                if (seeker.server.isCancelled()) {
                  shard.execute(() -> serverSeekers.remove(seeker));
                }
              });
      link.want();
    }
  }

  // ----------------------------------------------------------------------------------------
  // answers

  private void onAnswer(PendingCall call, NamespaceReply reply) {
    int asked = call.request().getRequestCase().getNumber();
    if (reply.getReplyCase().getNumber() != asked) {
      fail(
          call,
          new ShoalException(
              ErrorCode.INTERNAL,
              "",
              "reply: %s (expected: %s)".formatted(reply.getReplyCase(), call.what())));
      return;
    }
    if (call.kind().stamped()) {
      session.answered();
    }
    forget(call);
    call.result().complete(reply);
  }

  private void onError(PendingCall call, ShoalException error) {
    switch (error.code()) {
      case NOT_LEADER -> onNotLeader(call, error);
      case OVERLOADED -> pause(call, error);
      case OUTCOME_UNKNOWN, UNAVAILABLE -> {
        call.mayHaveBeenExecuted();
        pause(call, error);
      }
      case SESSION_UNKNOWN -> onSessionUnknown(call, error);
      case DEADLINE_EXCEEDED, SEQUENCE_STALE -> {
        link.answered();
        // Refused this time; whether an attempt before it was executed, the server does not say.
        fail(call, call.maybeExecuted() ? outcomeUnknown(call, error.getMessage()) : error);
      }
      default -> {
        link.answered();
        fail(call, error);
      }
    }
  }

  private void onNotLeader(PendingCall call, ShoalException error) {
    if (link.canLeave(error)) {
      call.moveTo(Stage.OUTBOUND);
      outbound.put(call.id(), call);
      link.leave(error);
    } else {
      pause(call, error);
    }
  }

  /** Lets a call come again after a while; its deadline goes on. */
  private void pause(PendingCall call, ShoalException reason) {
    call.moveTo(Stage.PAUSED);
    int times = call.refused(reason);
    Duration delay = backoff.next(times).plusMillis(reason.retryAfterMillis());
    call.wakeUpBy(environment.timer().schedule(delay, shard, () -> resume(call)));
  }

  private void resume(PendingCall call) {
    if (call.stage() == Stage.PAUSED) {
      enqueue(call);
      pump();
    }
  }

  /** Rule X1: the session is gone, and with it the knowledge of what was executed. */
  private void onSessionUnknown(PendingCall call, ShoalException error) {
    link.answered();
    session.lost(call.sessionId());
    boolean surelyNotExecuted = !call.maybeExecuted();
    switch (call.kind()) {
      case READ, OPEN_SESSION, SESSION -> fail(call, error);
      case ABANDON -> {
        forget(call);
        call.result()
            .complete(
                NamespaceReply.newBuilder().setAbandon(AbandonReply.getDefaultInstance()).build());
      }
      case BOUND_MUTATION ->
          fail(call, surelyNotExecuted ? error : outcomeUnknown(call, error.getMessage()));
      case MUTATION -> {
        if (surelyNotExecuted && call.stamps() < STAMP_LIMIT) {
          call.releaseStamp();
          session.submit(call);
        } else {
          fail(call, surelyNotExecuted ? error : outcomeUnknown(call, error.getMessage()));
        }
      }
    }
  }

  // --------------------------------------------------------------------------------------------
  // ends

  private void onDeadline(PendingCall call) {
    boolean sent = call.stage() == Stage.IN_FLIGHT;
    if (sent) {
      call.mayHaveBeenExecuted();
    }
    Duration waited = call.age();
    ShoalException refusal = call.lastRefusal();
    ShoalException failure;
    if (!link.isConnected()) {
      failure = link.unreachable(waited);
    } else {
      String why = refusal == null ? "" : "; the last answer was " + refusal;
      failure =
          new ShoalException(
              ErrorCode.DEADLINE_EXCEEDED,
              "",
              call.what() + ": no answer within " + waited.toMillis() + " ms" + why,
              refusal);
    }
    fail(call, call.maybeExecuted() ? outcomeUnknown(call, failure.getMessage()) : failure);
  }

  private static ShoalException outcomeUnknown(PendingCall call, String why) {
    return new ShoalException(
        ErrorCode.OUTCOME_UNKNOWN, "", call.what() + " may or may not have taken effect: " + why);
  }

  @Override
  public void fail(PendingCall call, ShoalException failure) {
    forget(call);
    call.result().completeExceptionally(failure);
  }

  /** Those that have no stamp go first: room in the window is of no use to them. */
  private void failAll(ShoalException reason) {
    List<PendingCall> failing = new ArrayList<>(calls);
    failing.sort(Comparator.comparing(call -> call.stage() != Stage.UNSTAMPED));
    for (PendingCall call : failing) {
      fail(call, call.maybeExecuted() ? outcomeUnknown(call, reason.getMessage()) : reason);
    }
  }

  /** Takes a call out of everything. */
  private void forget(PendingCall call) {
    if (!calls.remove(call)) {
      return;
    }
    callBytes -= call.bytes();
    deadlines.remove(call);
    outbound.remove(call.id());
    if (inFlight.remove(call.id()) != null) {
      inFlightBytes -= call.bytes();
    }
    call.cancelWakeUp();
    call.moveTo(Stage.DONE);
    session.forget(call);
    pump();
  }

  private void startClosing() {
    if (closed) {
      return;
    }
    closed = true;
    onUnreachable(clientClosed());
    var unused =
        session
            .end(FAREWELL, link.isConnected())
            .whenComplete((nothing, failure) -> shard.execute(this::finishClosing));
  }

  private void finishClosing() {
    failAll(clientClosed());
    link.close();
    deadlines.close();
    ended.complete(null);
  }

  private static ShoalException clientClosed() {
    return new ShoalException(ErrorCode.CANCELLED, "", "the client is closed");
  }

  /** Somebody who waits for a connection: equal to nobody else. */
  private static final class ServerSeeker {
    private final CompletableFuture<ConnectedServer> server = new CompletableFuture<>();
  }
}
