package io.shoal.client.internal.pipeline;

import io.shoal.client.internal.pipeline.PendingCall.Stage;
import io.shoal.client.internal.resources.ClientEnvironment;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Backoff;
import io.shoal.common.id.SessionId;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.shard.Shard;
import io.shoal.common.time.AlarmQueue;
import io.shoal.common.time.Deadline;
import io.shoal.proto.v1.AbandonReply;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

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
  private final boolean anyServer;
  private final ClientEnvironment environment;
  private final Backoff backoff;
  private final Shard shard;
  private final ServerLink link;
  private final Session session;
  private final AlarmQueue deadlines;

  /** All calls that have no result yet. */
  private final Set<PendingCall> calls = new LinkedHashSet<>();

  private long callBytes;

  private final SendQueue queue;
  private final ServerSeekers seekers;

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
    this.anyServer = settings.anyServer();
    this.queue = new SendQueue(limits);
    this.environment = environment;
    this.backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, environment.random());
    this.shard = DirectShards.make("metadata", faults);
    this.link = new ServerLink(settings, channels, environment, backoff, shard, this);
    this.seekers = new ServerSeekers(link, limits.maxInFlight(), shard);
    this.session = new Session(settings, environment, shard, this);
    this.deadlines = new AlarmQueue(environment.time(), environment.timer());
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
            result.completeExceptionally(Failures.clientClosed());
            return;
          }
          Listening.to(
              session.id(),
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
    ServerSeekers.Seeker seeker = new ServerSeekers.Seeker();
    shard.execute(
        () -> {
          if (closed) {
            seeker.server().completeExceptionally(Failures.clientClosed());
          } else {
            seekers.add(seeker);
          }
        });
    return seeker.server();
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

  // ----------------------------------------------------------------------------------- admission
  private void admit(PendingCall call) {
    ShoalException refusal =
        closed
            ? Failures.clientClosed()
            : Failures.refusalOf(call, limits, calls.size(), callBytes);
    if (refusal != null) {
      call.result().completeExceptionally(refusal);
    } else {
      begin(call);
    }
  }

  private void begin(PendingCall call) {
    call.admitAs(++lastId);
    calls.add(call);
    callBytes += call.bytes();
    call.giveUpBy(
        deadlines.schedule(
            Duration.ofNanos(call.deadline().remainingNanos()), shard, () -> onDeadline(call)));
    Listening.to(
        call.result(),
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
    queue.add(call);
    link.want();
  }

  @Override
  public void onStamped(PendingCall call) {
    enqueue(call);
    pump();
  }

  /** Sends what there is room for. */
  private void pump() {
    while (link.isReady()) {
      PendingCall call = queue.takeNext();
      if (call == null) {
        return;
      }
      link.send(call.toWire());
    }
  }

  @Override
  public CompletableFuture<NamespaceReply> send(NamespaceRequest request, Duration timeout) {
    PendingCall call = new PendingCall(request, Deadline.after(timeout, environment.time()));
    begin(call);
    return call.result();
  }

  // ------------------------------------------------------------------------------------ the link

  @Override
  public void onReady() {
    ConnectedServer connected = link.connected();
    if (connected != null) {
      seekers.onConnected(connected);
    }
    pump();
  }

  @Override
  public void onReply(NamespaceReply reply) {
    PendingCall call = queue.answered(reply.getRequestId());
    if (call == null) {
      return; // Nobody waits for it any more.
    }
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
    queue.sendAgain();
  }

  @Override
  public void onUnreachable(ShoalException reason) {
    failAll(call -> Failures.ended(call, reason));
    seekers.fail(reason);
  }

  @Override
  public boolean wantsConnection() {
    return !closed && (!calls.isEmpty() || !seekers.isEmpty() || session.isOpen());
  }

  @Override
  public int answersOwed() {
    return queue.inFlight();
  }

  // ------------------------------------------------------------------------------------- answers

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
    noteSessionLives(call);
    forget(call);
    call.result().complete(reply);
  }

  private void noteSessionLives(PendingCall call) {
    if (call.kind().stamped()) {
      session.answered();
    }
  }

  private void onError(PendingCall call, ShoalException error) {
    switch (error.code()) {
      case NOT_LEADER -> onNotLeader(call, error);
      case OVERLOADED -> pause(call, error);
      case OUTCOME_UNKNOWN, UNAVAILABLE -> {
        call.mayHaveBeenExecuted();
        pause(call, error);
        if (anyServer) {
          link.tryAnother(error);
        }
      }
      case SESSION_UNKNOWN -> onSessionUnknown(call, error);
      case DEADLINE_EXCEEDED, SEQUENCE_STALE -> {
        link.answered();
        // Refused this time; whether an attempt before it was executed, the server does not say.
        fail(call, Failures.ended(call, error));
      }
      default -> {
        link.answered();
        noteSessionLives(call);
        fail(call, error);
      }
    }
  }

  private void onNotLeader(PendingCall call, ShoalException error) {
    if (anyServer) {
      pause(call, error);
      link.tryAnother(error);
    } else if (link.canLeave(error)) {
      queue.add(call);
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
      case BOUND_MUTATION -> fail(call, Failures.ended(call, error));
      case MUTATION -> {
        if (surelyNotExecuted && call.stamps() < STAMP_LIMIT) {
          call.releaseStamp();
          session.submit(call);
        } else {
          fail(call, Failures.ended(call, error));
        }
      }
    }
  }

  // ---------------------------------------------------------------------------------------- ends

  private void onDeadline(PendingCall call) {
    if (call.stage() == Stage.DONE) {
      return;
    }
    boolean sent = call.stage() == Stage.IN_FLIGHT;
    if (sent) {
      call.mayHaveBeenExecuted();
    }
    ShoalException reason =
        link.isConnected() ? Failures.noAnswer(call) : link.unreachable(call.age());
    fail(call, Failures.ended(call, reason));
  }

  @Override
  public void fail(PendingCall call, ShoalException failure) {
    forget(call);
    call.result().completeExceptionally(failure);
  }

  /** Those that have no stamp go first: room in the window is of no use to them. */
  private void failAll(Function<PendingCall, ShoalException> reason) {
    List<PendingCall> failing = new ArrayList<>(calls);
    failing.sort(Comparator.comparing(call -> call.stage() != Stage.UNSTAMPED));
    for (PendingCall call : failing) {
      fail(call, reason.apply(call));
    }
  }

  /** Takes a call out of everything. */
  private void forget(PendingCall call) {
    if (!calls.remove(call)) {
      return;
    }
    callBytes -= call.bytes();
    call.cancelGivingUp();
    queue.remove(call);
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
    ShoalException reason = Failures.clientClosed();
    failAll(call -> reason);
    seekers.fail(reason);
    Listening.to(
        session.end(FAREWELL, link.isConnected()),
        (nothing, failure) -> shard.execute(this::finishClosing));
  }

  private void finishClosing() {
    failAll(call -> Failures.clientClosed());
    link.close();
    deadlines.close();
    ended.complete(null);
  }
}
