package io.shoal.metadata.placement;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.GrantSigner;
import io.shoal.common.grant.GrantTerms;
import io.shoal.common.grant.SignedGrant;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.shard.Shard;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.consensus.CommandLog;
import io.shoal.metadata.liveness.Liveness;
import io.shoal.metadata.liveness.NodeLiveness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/**
 * Gives out grants: chooses nodes, takes chunk ids and signs. Costs no log entry but for a range of
 * ids now and then. Thread-safe: all happens within its shard, which owns the ids and the count of
 * what was granted.
 *
 * <p><b>Soft state</b>, of the leader only: ids that were not given out and bytes that were granted
 * are forgotten when a term ends. That costs some unused ids, and a placement that is less even for
 * two heartbeats.
 */
public final class Grants {
  /** How long a client should wait for nodes that a young leader has not heard of yet. */
  private static final int GATHERING_RETRY_MILLIS = 200;

  /**
   * For so long a young leader gives out no grants for fewer copies than are wanted while a node
   * may only be on its way: longer than nodes need to find it, and short beside an election.
   */
  private static final Duration FULL_WAIT = Duration.ofMillis(1_500);

  private static final int STEADY_RETRY_MILLIS = 2_000;

  private final CommandLog log;
  private final Shard shard;
  private final NodeLiveness liveness;
  private final SigningKeys keys;
  private final Placement placement;
  private final ChunkIdPool ids;
  private final GrantedBytes granted = new GrantedBytes();

  /**
   * Makes it; nothing is given out before {@link #begin}.
   *
   * @param shard its own, for nothing else
   * @param random used within the shard only
   */
  public Grants(
      CommandLog log,
      Shard shard,
      NodeLiveness liveness,
      SigningKeys keys,
      RandomGenerator random) {
    this.log = log;
    this.shard = shard;
    this.liveness = liveness;
    this.keys = keys;
    this.placement = new Placement(random);
    this.ids = new ChunkIdPool(log, shard);
  }

  /** Begins a term: takes a range of ids ahead of need. */
  public void begin() {
    shard.execute(ids::begin);
  }

  /** Ends a term: fails who waits. */
  public void end() {
    shard.execute(
        () -> {
          granted.clear();
          ids.end(new ShoalException(ErrorCode.NOT_LEADER, "", "this server leads no more"));
        });
  }

  /** Takes note that a node's report has changed. */
  public void onHeartbeat(NodeId nodeId) {
    shard.execute(() -> granted.onHeartbeat(nodeId));
  }

  /**
   * Gives out grants.
   *
   * @param registered all nodes, as the replicated state knows them
   * @return as many grants as were asked for, or fewer if there is no room for more, at least one;
   *     fails with NOT_ENOUGH_NODES, OVERLOADED, UNAVAILABLE, or with what the log failed with
   */
  public CompletableFuture<List<SignedGrant>> reserve(
      GrantRequest request, List<NodeRecord> registered) {
    CompletableFuture<List<SignedGrant>> grants = new CompletableFuture<>();
    try {
      shard.offer(() -> begin(request, registered, grants));
    } catch (ShoalException refused) {
      grants.completeExceptionally(refused);
    }
    return grants;
  }

  private void begin(
      GrantRequest request,
      List<NodeRecord> registered,
      CompletableFuture<List<SignedGrant>> grants) {
    try {
      requireEnough(request, registered, candidates(registered));
    } catch (ShoalException tooFew) {
      grants.completeExceptionally(tooFew);
      return;
    }
    var unused =
        ids.take(request.count())
            .whenComplete(
                (taken, failure) -> {
                  if (failure == null) {
                    give(request, registered, taken, grants);
                  } else {
                    grants.completeExceptionally(ShoalException.of(failure));
                  }
                });
  }

  private void give(
      GrantRequest request,
      List<NodeRecord> registered,
      List<ChunkId> taken,
      CompletableFuture<List<SignedGrant>> grants) {
    shard.assertInShard();
    try {
      grants.complete(sign(request, registered, taken));
    } catch (RuntimeException failure) {
      grants.completeExceptionally(ShoalException.of(failure));
    }
  }

  private List<SignedGrant> sign(
      GrantRequest request, List<NodeRecord> registered, List<ChunkId> taken) {
    GrantSigner signer = keys.signer();
    long expiresAtMillis = log.nowMillis() + request.lifetimeMillis();
    int chunkBytes = request.policy().chunkSizeBytes();
    List<Candidate> candidates = candidates(registered);
    requireEnough(request, registered, candidates);
    List<SignedGrant> grants = new ArrayList<>(taken.size());
    for (ChunkId chunkId : taken) {
      candidates.removeIf(candidate -> !candidate.hasRoom(chunkBytes));
      if (candidates.size() < request.policy().minReplicas()) {
        break;
      }
      List<Candidate> chosen =
          placement.choose(
              candidates,
              request.policy().replication(),
              request.policy().minReplicas(),
              request.avoid());
      for (Candidate candidate : chosen) {
        candidate.promise(chunkBytes);
        granted.add(candidate.nodeId(), chunkBytes);
      }
      grants.add(
          signer.sign(
              new GrantTerms(
                  chunkId,
                  request.sessionId(),
                  chosen.stream().map(Candidate::nodeId).toList(),
                  expiresAtMillis,
                  chunkBytes,
                  signer.keyId(),
                  request.lifetimeMillis())));
    }
    return grants;
  }

  private List<Candidate> candidates(List<NodeRecord> registered) {
    return Candidates.of(registered, liveness, granted::of);
  }

  private void requireEnough(
      GrantRequest request, List<NodeRecord> registered, List<Candidate> candidates) {
    int chunkBytes = request.policy().chunkSizeBytes();
    long roomy = candidates.stream().filter(candidate -> candidate.hasRoom(chunkBytes)).count();
    boolean few =
        roomy < request.policy().replication()
            && liveness.isYounger(FULL_WAIT)
            && isGathering(registered);
    int wanted = few ? request.policy().replication() : request.policy().minReplicas();
    if (roomy >= wanted) {
      return;
    }
    long alive =
        registered.stream().filter(node -> liveness.of(node.nodeId()) == Liveness.ALIVE).count();
    boolean gathering = few || isGathering(registered);
    throw new ShoalException(
        gathering ? ErrorCode.UNAVAILABLE : ErrorCode.NOT_ENOUGH_NODES,
        "",
        "storage nodes with room for a chunk of "
            + chunkBytes
            + " bytes: "
            + roomy
            + " (expected: >= "
            + wanted
            + "); alive: "
            + alive
            + " of "
            + registered.size()
            + " registered",
        gathering ? GATHERING_RETRY_MILLIS : STEADY_RETRY_MILLIS,
        null);
  }

  /** A young leader has not heard all nodes yet: whoever waits a moment is served. */
  private boolean isGathering(List<NodeRecord> registered) {
    return liveness.stillGathering()
        && registered.stream()
            .anyMatch(node -> !node.dead() && liveness.report(node.nodeId()) == null);
  }
}
