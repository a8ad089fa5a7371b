package io.shoal.storage.heartbeat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Backoff;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.LeaderWatch;
import io.shoal.common.rpc.RpcChannels;
import io.shoal.common.shard.Shard;
import io.shoal.common.time.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the node's bond with the leader for as long as the node lives: tries one metadata server
 * after the other until one takes the node in, and begins anew when the {@link Bond} is lost. All
 * state belongs to a shard.
 */
public final class LeaderLink {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderLink.class);
  private static final int MAX_TASKS = 10_000;

  /** Servers that name each other, as they may for a moment, must not keep us busy. */
  private static final int HINTS = 2;

  private final BondContext context;
  private final Backoff backoff;
  private final AtomicBoolean closing = new AtomicBoolean();

  /** The bond that is being made or kept; null between two attempts. */
  private @Nullable Bond bond;

  private Timer.@Nullable Scheduled nextAttempt;
  private boolean closed;
  private int nextServer;

  /** Where a metadata server said that the leader is; tried once. */
  private @Nullable HostPort hint;

  /** Hints that were followed at once since the last wait. */
  private int hintsFollowed;

  /** Tells when another server leads; asks nobody if there is no other. */
  private final LeaderWatch watch;

  /** The newest term that was heard of, and who leads in it. */
  private long knownTerm;

  private @Nullable HostPort knownLeader;

  private int failures;
  private String lastFailure = "";
  private boolean everAttached;

  /**
   * Makes a link that does nothing yet.
   *
   * @param membership gets what the leader says
   */
  public LeaderLink(
      HeartbeatConfig config,
      NodeProfile profile,
      ClusterSecret secret,
      Membership membership,
      NodeDuties duties,
      ReplicaDuties replicas,
      LinkRuntime runtime) {
    Shard shard = new Shard("leader-link", runtime.loops().executor(), MAX_TASKS, runtime.faults());
    this.context =
        new BondContext(config, profile, secret, membership, duties, replicas, runtime, shard);
    this.backoff = new Backoff(config.firstBackoff(), config.maxBackoff(), runtime.random());
    this.watch =
        new LeaderWatch(
            server -> RpcChannels.open(server, runtime.loops(), runtime.rpc()),
            runtime.timer(),
            shard,
            this::onLeader);
  }

  /** Begins. */
  public void start() {
    context.shard().execute(this::begin);
  }

  private void begin() {
    List<HostPort> servers = context.config().metadataServers();
    if (!closed && servers.size() > 1) {
      watch.begin(servers);
    }
    attempt();
  }

  /**
   * Ends the bond for good; may be called again. Completes when nothing of it is under way any
   * more.
   */
  public CompletableFuture<Void> close() {
    if (closing.compareAndSet(false, true)) {
      context.shard().execute(this::end);
    }
    return context.shard().close();
  }

  private void end() {
    closed = true;
    watch.end();
    if (nextAttempt != null) {
      nextAttempt.cancel();
    }
    if (bond != null) {
      bond.close();
    }
  }

  /**
   * A server leads, as another one knows. If this is news, the bond with the leader before it is
   * over, which that one may not be able to say: it stands still, or is cut off.
   */
  private void onLeader(long term, HostPort leader) {
    if (closed || term < knownTerm || (term == knownTerm && leader.equals(knownLeader))) {
      return;
    }
    knownTerm = term;
    knownLeader = leader;
    Bond present = bond;
    if (present == null) {
      hint = leader;
      if (nextAttempt != null) {
        nextAttempt.cancel();
        attempt();
      }
      // Else the attempt is about to be made.
    } else if (!present.server().equals(leader)) {
      present.close();
      new BondOwner()
          .ended(
              present,
              new ShoalException(
                  ErrorCode.NOT_LEADER,
                  leader.toString(),
                  "the metadata server at " + leader + " leads"));
    }
  }

  private void attempt() {
    nextAttempt = null;
    // It may have been handed over already when it was called off.
    if (closed || bond != null) {
      return;
    }
    Bond begun = new Bond(chooseServer(), context, new BondOwner());
    bond = begun;
    begun.begin();
  }

  private HostPort chooseServer() {
    @Nullable HostPort hinted = hint;
    hint = null;
    if (hinted != null) {
      return hinted;
    }
    List<HostPort> servers = context.config().metadataServers();
    return servers.get(nextServer++ % servers.size());
  }

  /** Called in the shard. */
  private final class BondOwner implements Bond.Owner {
    @Override
    public void attached(Bond attached) {
      LOG.info("Attached to the leader at {}", attached.server());
      failures = 0;
      hintsFollowed = 0;
      lastFailure = "";
      if (!everAttached) {
        everAttached = true;
        context.duties().attached();
      }
    }

    @Override
    public void changedAfterEnd() {
      attachAnew();
    }

    @Override
    public void ended(Bond ended, ShoalException reason) {
      if (ended != bond) {
        return;
      }
      bond = null;
      if (!everAttached && isFinal(reason)) {
        closed = true;
        context.duties().refused(reason);
        return;
      }
      tell(ended, reason);
      hint = leaderNamedBy(reason);
      failures++;
      Duration wait =
          hint == null || hintsFollowed == HINTS ? backoff.next(failures) : Duration.ZERO;
      if (wait.isZero()) {
        hintsFollowed++;
        context.shard().execute(LeaderLink.this::attempt);
      } else {
        hintsFollowed = 0;
        nextAttempt =
            context.runtime().timer().schedule(wait, context.shard(), LeaderLink.this::attempt);
      }
    }
  }

  /** Ends the present bond, so that the next one has the volumes of now. */
  private void attachAnew() {
    Bond present = bond;
    if (present != null && !closed) {
      present.close();
      new BondOwner()
          .ended(
              present,
              new ShoalException(ErrorCode.UNAVAILABLE, "", "the node's volumes have changed"));
    }
  }

  /**
   * A node that was never taken in and is told that it does not belong here will not be told
   * otherwise later.
   */
  private static boolean isFinal(ShoalException reason) {
    return switch (reason.code()) {
      case UNAUTHENTICATED, INVALID_ARGUMENT, ALREADY_EXISTS, UNSUPPORTED -> true;
      default -> false;
    };
  }

  /** Says why, once for each new reason: a metadata server that is down for an hour is one line. */
  private void tell(Bond ended, ShoalException reason) {
    if (!reason.toString().equals(lastFailure)) {
      lastFailure = reason.toString();
      LOG.warn("No bond with the leader through {}: {}", ended.server(), reason.toString());
    }
  }

  private static @Nullable HostPort leaderNamedBy(ShoalException reason) {
    if (reason.code() != ErrorCode.NOT_LEADER || reason.subject().isEmpty()) {
      return null;
    }
    try {
      return HostPort.parse(reason.subject());
    } catch (IllegalArgumentException e) {
      LOG.debug("A metadata server named the leader '{}', which is no address", reason.subject());
      return null;
    }
  }
}
