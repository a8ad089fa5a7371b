package io.shoal.client.internal.metadata;

import io.shoal.client.FilePolicy;
import io.shoal.client.internal.pipeline.DirectShards;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.error.ShoalException;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.common.shard.Shard;
import io.shoal.common.time.Deadline;
import io.shoal.common.time.TimeSource;
import io.shoal.proto.v1.ReserveChunksReply;
import io.shoal.proto.v1.ReserveChunksRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands out grants, and asks for them in batches ahead of need: a writer that takes one after
 * another doesn't wait for the metadata server. How many are held ahead follows the demand: the
 * number doubles when one request soon follows another and halves when grants grow old unused.
 * Thread-safe.
 *
 * <p>A grant is thrown away instead of handed out when it was made for a session that is gone, when
 * a quarter of its life has passed (its writer has to seal the chunk at half of it, rule G3, and
 * needs some time before that), or when one of its nodes failed since it was asked for. That costs
 * nobody anything: the metadata servers keep no record of unused grants.
 */
public final class GrantPool {
  /**
   * How much the pool holds.
   *
   * @param maxAhead grants of one policy that lie ready, 1 to 128
   * @param maxWaiting takers of one policy that wait
   * @param maxPolicies policies of which grants are held; beyond it those unused for longest go
   */
  public record Limits(int maxAhead, int maxWaiting, int maxPolicies) {
    /** What suits one client. */
    public static final Limits DEFAULT = new Limits(64, 32_768, 16);

    public Limits {
      if (maxAhead < 1 || maxAhead > 128 || maxWaiting < 1 || maxPolicies < 1) {
        throw new IllegalArgumentException(
            "maxAhead: %d (expected: 1 to 128), maxWaiting: %d, maxPolicies: %d (expected: >= 1)"
                .formatted(maxAhead, maxWaiting, maxPolicies));
      }
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(GrantPool.class);

  /**
   * A session may be lost once while grants are asked for; twice in a row is somebody else's fault.
   */
  private static final int ATTEMPTS = 3;

  private final MetadataCalls metadata;
  private final NodeSuspicions suspicions;
  private final Limits limits;
  private final Duration timeout;
  private final TimeSource time;
  private final Shard shard;

  /** Recently used last. Owned by the shard, as is what follows. */
  private final Map<FilePolicy, GrantShelf> shelves = new LinkedHashMap<>(16, 0.75f, true);

  private @Nullable SessionId session;

  /** Takers that wait to hear which session is the present one; changed by any thread. */
  private final AtomicInteger withoutSession = new AtomicInteger();

  private boolean closed;

  /**
   * Makes an empty pool.
   *
   * @param timeout longest time that a taker waits
   * @param faults gets what should be impossible
   */
  public GrantPool(
      MetadataCalls metadata,
      NodeSuspicions suspicions,
      Limits limits,
      Duration timeout,
      TimeSource time,
      FaultHandler faults) {
    this.metadata = metadata;
    this.suspicions = suspicions;
    this.limits = limits;
    this.timeout = timeout;
    this.time = time;
    this.shard = DirectShards.make("grants", faults);
  }

  /**
   * Takes a grant: from those that lie ready, or as soon as one comes. Cancelling the future leaves
   * the grant to the next taker.
   *
   * @return fails with {@link ErrorCode#NOT_ENOUGH_NODES} at once if the cluster has too few nodes,
   *     with {@link ErrorCode#OVERLOADED} if too many wait, and as {@link MetadataCalls} says
   */
  public CompletableFuture<GrantedChunk> take(FilePolicy policy) {
    GrantShelf.Taker taker = new GrantShelf.Taker();
    if (withoutSession.incrementAndGet() > limits.maxWaiting()) {
      withoutSession.decrementAndGet();
      taker.grant().completeExceptionally(tooManyTakers());
      return taker.grant();
    }
    Listening.to(
        metadata.session(),
        (current, failure) ->
            shard.execute(
                () -> {
                  withoutSession.decrementAndGet();
                  if (failure == null) {
                    session = current;
                    take(policy, taker);
                  } else {
                    taker.grant().completeExceptionally(ShoalException.of(failure));
                  }
                }));
    return taker.grant();
  }

  /** Forgets all grants; whoever waits gets {@link ErrorCode#CANCELLED}, and so do later takers. */
  public void close() {
    shard.execute(
        () -> {
          closed = true;
          shelves.values().forEach(shelf -> shelf.failTakers(Integer.MAX_VALUE, clientClosed()));
          shelves.clear();
        });
  }

  private void take(FilePolicy policy, GrantShelf.Taker taker) {
    if (closed) {
      taker.grant().completeExceptionally(clientClosed());
      return;
    }
    if (taker.grant().isDone()) {
      return;
    }
    GrantShelf shelf = shelfOf(policy);
    GrantedChunk ready = shelf.takeReady(time.nanoTime(), session, suspicions);
    if (ready != null) {
      if (!taker.grant().complete(ready)) {
        shelf.putBack(ready);
      }
    } else if (!shelf.addTaker(taker)) {
      taker.grant().completeExceptionally(tooManyTakers());
    } else {
      Listening.to(
          taker.grant(),
          (grant, failure) -> {
            if (taker.grant().isCancelled()) {
              shard.execute(() -> shelf.removeTaker(taker));
            }
          });
    }
    refill(shelf);
  }

  private GrantShelf shelfOf(FilePolicy policy) {
    GrantShelf shelf = shelves.computeIfAbsent(policy, p -> new GrantShelf(p, limits));
    if (shelves.size() > limits.maxPolicies()) {
      // The eldest; whoever still waits at it is served by the request that is under way.
      shelves.remove(shelves.keySet().iterator().next());
    }
    return shelf;
  }

  private void refill(GrantShelf shelf) {
    int count = shelf.startAsking(time.nanoTime());
    if (count > 0) {
      reserve(new Reservation(shelf, count, shelf.takersWaiting()), ATTEMPTS);
    }
  }

  private void reserve(Reservation wanted, int attemptsLeft) {
    long requestedAt = time.nanoTime();
    Deadline deadline = Deadline.after(timeout, time);
    Listening.to(
        metadata
            .session()
            .thenCompose(current -> metadata.reserveChunks(request(wanted, current), deadline)),
        (reply, failure) ->
            shard.execute(
                () -> {
                  if (failure == null) {
                    onGrants(wanted, requestedAt, reply);
                  } else {
                    onFailure(wanted, ShoalException.of(failure), attemptsLeft);
                  }
                }));
  }

  private ReserveChunksRequest request(Reservation wanted, SessionId current) {
    return ReserveChunksRequest.newBuilder()
        .setSessionId(current.value())
        .setCount(wanted.count)
        .setPolicy(ProtoMapping.toProto(wanted.shelf.policy()))
        .addAllAvoidNodeIds(suspicions.suspected().stream().map(NodeId::value).toList())
        .build();
  }

  private void onGrants(Reservation wanted, long requestedAt, ReserveChunksReply reply) {
    wanted.shelf.asked(-wanted.count);
    List<GrantedChunk> grants;
    try {
      grants = GrantReader.read(reply, requestedAt);
      if (grants.isEmpty()) {
        throw new ShoalException(
            ErrorCode.INTERNAL, "", "grants in the reply: 0 (expected: " + wanted.count + ")");
      }
    } catch (ShoalException malformed) {
      wanted.shelf.failTakers(Math.max(1, wanted.takers), malformed);
      return;
    }
    if (closed) {
      return;
    }
    wanted.shelf.add(grants);
    refill(wanted.shelf);
  }

  private void onFailure(Reservation wanted, ShoalException failure, int attemptsLeft) {
    if (failure.code() == ErrorCode.SESSION_UNKNOWN && attemptsLeft > 1 && !closed) {
      reserve(wanted, attemptsLeft - 1);
      return;
    }
    wanted.shelf.asked(-wanted.count);
    if (wanted.takers == 0) {
      LOG.debug("no grants ahead of need for {}: {}", wanted.shelf.policy(), failure.toString());
    }
    wanted.shelf.failTakers(wanted.takers, failure);
    if (wanted.shelf.takersWaiting() > 0 && !closed) {
      refill(wanted.shelf);
    }
  }

  private ShoalException tooManyTakers() {
    return new ShoalException(
        ErrorCode.OVERLOADED,
        "grants",
        "takers waiting: " + limits.maxWaiting() + " (expected: less)");
  }

  private static ShoalException clientClosed() {
    return new ShoalException(ErrorCode.CANCELLED, "", "the client is closed");
  }

  /**
   * A request for grants under way.
   *
   * @param takers how many waited when it was made: they fail with it
   */
  private record Reservation(GrantShelf shelf, int count, int takers) {}
}
