package io.shoal.client.internal.pipeline;

import io.grpc.Status;
import io.shoal.client.internal.resources.ClientEnvironment;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Backoff;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.time.Timer;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one stream to the metadata server that leads: goes through the addresses in turn, follows
 * hints, waits between rounds. Connects when something is to be sent and stays connected. Owned by
 * the pipeline's shard.
 *
 * <p>A client that has never had an answer gives up when every address was tried and the connect
 * timeout has passed: a wrong address is told at once, not at the end of a deadline. Once a server
 * has answered, the cluster is known to exist, and calls wait for it until their own deadlines.
 */
final class ServerLink implements PipelineStream.Events {
  private static final Logger LOG = LoggerFactory.getLogger(ServerLink.class);

  /** A server that answers some calls and refuses others counts as refusing for so long. */
  private static final Duration CALM = Duration.ofSeconds(2);

  /** Whom the link serves. */
  interface Listener {
    /** The stream has room. */
    void onReady();

    void onReply(NamespaceReply reply);

    /** What was sent and not answered will not be answered any more. */
    void onBroken();

    /** No server can be reached; the link rests until it is wanted again. */
    void onUnreachable(ShoalException reason);

    /** Tells whether a connection would be of use. */
    boolean wantsConnection();

    /** Returns how many requests were sent and not answered. */
    int answersOwed();
  }

  /** How far the link is. */
  enum Stage {
    /** Nothing is to be sent; */
    IDLE,
    /** a stream was opened and its connection is not there yet; */
    CONNECTING,
    /** the stream can be used; */
    CONNECTED,
    /** waits before it tries the next address; */
    WAITING,
    /** for good. */
    CLOSED
  }

  private final PipelineSettings settings;
  private final ServerChannels channels;
  private final ClientEnvironment environment;
  private final Backoff backoff;
  private final Executor shard;
  private final Listener listener;
  private final SilenceWatch silence;

  /** Notices a shorter silence, which is reason enough to ask the other servers. */
  private final SilenceWatch pause;

  private final LeaderDoubt doubt;

  private Stage stage = Stage.IDLE;
  private @Nullable PipelineStream stream;
  private Timer.@Nullable Scheduled timeout;
  private @Nullable HostPort hint;
  private int nextServer;

  /** Whether any server has ever answered a request. */
  private boolean everAnswered;

  /** Attempts since the last answer that ended without one, and why, by address. */
  private int failures;

  private final Map<HostPort, LinkFailure> reasons = new LinkedHashMap<>();

  /** Servers in a row that said that they do not lead. */
  private int refusals;

  /** What the last one said, and which one that was; null if one that leads was met since. */
  private @Nullable String refusal;

  /** When the last one did; meaningful while there are refusals. */
  private long lastRefusalNanos;

  /** When the present run of attempts began; meaningful while {@link #running}. */
  private long runStartNanos;

  private boolean running;

  ServerLink(
      PipelineSettings settings,
      ServerChannels channels,
      ClientEnvironment environment,
      Backoff backoff,
      Executor shard,
      Listener listener) {
    this.settings = settings;
    this.channels = channels;
    this.environment = environment;
    this.backoff = backoff;
    this.shard = shard;
    this.listener = listener;
    this.silence =
        new SilenceWatch(
            settings.silenceLimit(),
            environment.time(),
            environment.timer(),
            shard,
            listener::answersOwed,
            this::onSilence);
    this.pause =
        new SilenceWatch(
            settings.doubtLimit(),
            environment.time(),
            environment.timer(),
            shard,
            listener::answersOwed,
            this::onPause);
    this.doubt =
        new LeaderDoubt(
            settings.servers(), channels, environment.timer(), shard, this::onLeaderKnown);
  }

  /** Sees to it that there will be a stream. */
  void want() {
    if (stage == Stage.IDLE) {
      connect();
    }
  }

  boolean isConnected() {
    return stage == Stage.CONNECTED;
  }

  boolean isReady() {
    return stage == Stage.CONNECTED && stream != null && stream.isReady();
  }

  /** Sends; only when {@link #isReady}. */
  void send(NamespaceRequest request) {
    Objects.requireNonNull(stream).send(request);
    silence.asked();
    pause.asked();
  }

  /** Returns the server that the stream goes to, if it can be used. */
  @Nullable ConnectedServer connected() {
    return stage == Stage.CONNECTED && stream != null
        ? new ConnectedServer(stream.server(), stream.channel())
        : null;
  }

  /**
   * Tells whether there is another server to go to, after the present one said it does not lead.
   */
  boolean canLeave(ShoalException notLeader) {
    HostPort other = hintOf(notLeader);
    boolean hinted = other != null && !isServer(other);
    return hinted || settings.servers().size() > 1;
  }

  /** Goes to the leader, if the error names it, or else to the next server. */
  void leave(ShoalException notLeader) {
    if (stage != Stage.CONNECTED || stream == null) {
      return;
    }
    HostPort from = stream.server();
    HostPort other = hintOf(notLeader);
    hint = other != null && !other.equals(from) ? other : null;
    LOG.debug("{} does not lead; next: {}", from, hint == null ? "the one after it" : hint);
    refusals++;
    refusal = from + ": " + notLeader.getMessage();
    drop("another server leads");
    if (hint == null || refusals > 1) {
      beginDoubt();
    }
    // The first hint after an answer is followed at once; servers that point at each other are not
    // chased.
    connectAfter(refusals == 1 ? Duration.ZERO : backoff.next(refusals));
  }

  /** Where any server will do: goes to the next one, since the present one can't answer a call. */
  void tryAnother(ShoalException why) {
    List<HostPort> servers = settings.servers();
    if (stage != Stage.CONNECTED || stream == null || servers.size() == 1) {
      return;
    }
    LOG.debug("{} can't answer; next: the one after it", stream.server());
    refusals++;
    refusal = stream.server() + ": " + why.getMessage();
    lastRefusalNanos = environment.time().nanoTime();
    drop("another server is asked");
    // Each of them at once; then with pauses, since what the others have to wait for does as well.
    connectAfter(
        refusals < servers.size() ? Duration.ZERO : backoff.next(refusals - servers.size() + 1));
  }

  /** Notes that the server leads; or where any server will do, that this one can answer. */
  void answered() {
    boolean lately =
        settings.anyServer()
            && refusals > 0
            && environment.time().nanoTime() - lastRefusalNanos < CALM.toNanos();
    if (!lately) {
      refusals = 0;
      refusal = null;
    }
    doubt.end();
  }

  /** Describes why there is no stream, for a call that waited for one in vain. */
  ShoalException unreachable(Duration waited) {
    List<HostPort> servers = settings.servers();
    if (refusal != null) {
      return new ShoalException(
          ErrorCode.UNAVAILABLE,
          join(servers),
          "no metadata server of %s can answer within %s (expected: more than half of them up)"
                  .formatted(join(servers), seconds(waited))
              + "; the last answer was of "
              + refusal);
    }
    StringBuilder text = new StringBuilder("cannot reach a metadata server at ");
    text.append(join(servers)).append(" within ").append(seconds(waited));
    if (servers.size() == 1 && reasons.size() <= 1) {
      reasons.values().forEach(failure -> text.append(": ").append(failure.reason()));
    } else {
      reasons.forEach(
          (server, failure) ->
              text.append("; ").append(server).append(": ").append(failure.reason()));
    }
    boolean refused =
        reasons.size() == servers.size()
            && reasons.values().stream().allMatch(LinkFailure::refused);
    return new ShoalException(
        refused ? ErrorCode.UNAUTHENTICATED : ErrorCode.UNAVAILABLE,
        join(servers),
        text.toString());
  }

  void close() {
    cancelTimeout();
    silence.stop();
    pause.stop();
    doubt.end();
    PipelineStream open = stream;
    stream = null;
    stage = Stage.CLOSED;
    if (open != null) {
      open.close("the client is closed");
    }
  }

  // ------------------------------------------------------------------------------------ the stream

  private void connect() {
    if (!running) {
      running = true;
      runStartNanos = environment.time().nanoTime();
    }
    HostPort server = takeNext();
    stage = Stage.CONNECTING;
    PipelineStream opened = new PipelineStream(channels.open(server), server, shard, this);
    stream = opened;
    timeout =
        environment.timer().schedule(settings.doubtLimit(), shard, () -> onSlowAttempt(opened));
    opened.open();
  }

  private HostPort takeNext() {
    HostPort hinted = hint;
    if (hinted != null) {
      hint = null;
      return hinted;
    }
    HostPort server = settings.servers().get(nextServer);
    nextServer = (nextServer + 1) % settings.servers().size();
    return server;
  }

  @Override
  public void onReady(PipelineStream ready) {
    if (ready != stream) {
      return;
    }
    if (stage == Stage.CONNECTING) {
      cancelTimeout();
      stage = Stage.CONNECTED;
      LOG.debug("connected to metadata server {}", ready.server());
    }
    listener.onReady();
  }

  @Override
  public void onReply(PipelineStream from, NamespaceReply reply) {
    if (from == stream) {
      everAnswered = true;
      failures = 0;
      running = false;
      reasons.clear();
      silence.heard();
      pause.heard();
      listener.onReply(reply);
    }
  }

  @Override
  public void onClosed(PipelineStream closed, Status status) {
    if (closed == stream) {
      onFailure(closed.server(), LinkFailure.of(status));
    }
  }

  private void onSlowAttempt(PipelineStream slow) {
    if (slow == stream && stage == Stage.CONNECTING) {
      if (!settings.anyServer()) {
        doubt.beginWith(slow.server());
      }
      timeout =
          environment
              .timer()
              .schedule(
                  settings.attemptTimeout().minus(settings.doubtLimit()),
                  shard,
                  () -> onAttemptTimeout(slow));
    }
  }

  private void onAttemptTimeout(PipelineStream slow) {
    if (slow == stream && stage == Stage.CONNECTING) {
      onFailure(slow.server(), LinkFailure.noAnswer(settings.attemptTimeout().toMillis()));
    }
  }

  private void onSilence(Duration silent) {
    PipelineStream quiet = stream;
    if (quiet != null && stage == Stage.CONNECTED) {
      LOG.info(
          "metadata server {} says nothing for {} ms: it is left",
          quiet.server(),
          silent.toMillis());
      onFailure(quiet.server(), LinkFailure.noAnswer(silent.toMillis()));
    }
  }

  private void onPause(Duration silent) {
    PipelineStream quiet = stream;
    if (quiet != null && stage == Stage.CONNECTED && !settings.anyServer()) {
      LOG.debug("{} says nothing for {} ms: who leads?", quiet.server(), silent.toMillis());
      doubt.beginWith(quiet.server());
    }
  }

  /** Others say who leads, while it is in doubt. */
  private void onLeaderKnown(HostPort leader) {
    if (stage == Stage.CLOSED || stage == Stage.IDLE || isServer(leader)) {
      return;
    }
    LOG.debug("{} leads, as others say", leader);
    drop("another server leads");
    hint = leader;
    connect();
  }

  /**
   * While there was never an answer, the addresses themselves are in doubt; and where any server
   * will do, it does not matter who leads.
   */
  private void beginDoubt() {
    if (everAnswered && !settings.anyServer()) {
      doubt.begin();
    }
  }

  private void onFailure(HostPort server, LinkFailure failure) {
    LOG.debug("no stream to metadata server {}: {}", server, failure.reason());
    failures++;
    reasons.put(server, failure);
    if (reasons.size() > settings.servers().size() + 1) {
      reasons.remove(reasons.keySet().iterator().next());
    }
    drop(failure.reason());
    if (isHopeless()) {
      ShoalException reason = unreachable(sinceRunStart());
      stage = Stage.IDLE;
      running = false;
      failures = 0;
      doubt.end();
      listener.onUnreachable(reason);
    } else if (!listener.wantsConnection()) {
      stage = Stage.IDLE;
      doubt.end();
    } else {
      beginDoubt();
      int rounds = failures / settings.servers().size();
      boolean midRound = failures % settings.servers().size() != 0;
      connectAfter(midRound || rounds == 0 ? Duration.ZERO : withinTimeout(backoff.next(rounds)));
    }
  }

  /** Cuts a wait so that whoever may give up does so in time, after one last attempt. */
  private Duration withinTimeout(Duration wait) {
    if (everAnswered) {
      return wait;
    }
    Duration left = settings.connectTimeout().minus(sinceRunStart());
    return left.isNegative() || left.compareTo(wait) > 0 ? wait : left;
  }

  /** Tells whether to give up: never an answer, each address tried, and no sense in going on. */
  private boolean isHopeless() {
    if (everAnswered || failures < settings.servers().size()) {
      return false;
    }
    boolean allLasting = reasons.values().stream().allMatch(LinkFailure::lasting);
    return allLasting || sinceRunStart().compareTo(settings.connectTimeout()) >= 0;
  }

  private Duration sinceRunStart() {
    return Duration.ofNanos(environment.time().nanoTime() - runStartNanos);
  }

  /** Ends the stream; whoever waits for an answer on it hears that none will come. */
  private void drop(String reason) {
    cancelTimeout();
    silence.stop();
    pause.stop();
    PipelineStream old = stream;
    stream = null;
    stage = Stage.WAITING;
    if (old != null) {
      old.close(reason);
    }
    listener.onBroken();
  }

  private void connectAfter(Duration delay) {
    if (delay.isZero()) {
      connect();
      return;
    }
    stage = Stage.WAITING;
    timeout = environment.timer().schedule(delay, shard, this::onWaited);
  }

  private void onWaited() {
    if (stage == Stage.WAITING) {
      connect();
    }
  }

  private void cancelTimeout() {
    if (timeout != null) {
      timeout.cancel();
      timeout = null;
    }
  }

  // --------------------------------------------------------------------------------- addresses

  private boolean isServer(HostPort other) {
    return stream != null && stream.server().equals(other);
  }

  /** Reads the leader's address from the error's subject; null if it names none. */
  private static @Nullable HostPort hintOf(ShoalException notLeader) {
    try {
      HostPort leader = HostPort.parse(notLeader.subject());
      return leader.port() == 0 ? null : leader;
    } catch (IllegalArgumentException noAddress) {
      return null;
    }
  }

  private static String join(List<HostPort> servers) {
    return String.join(", ", servers.stream().map(HostPort::toString).toList());
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
  }
}
