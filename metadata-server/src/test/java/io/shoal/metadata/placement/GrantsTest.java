package io.shoal.metadata.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.GrantTerms;
import io.shoal.common.grant.SignedGrant;
import io.shoal.common.grant.SigningKey;
import io.shoal.common.id.ChunkId;
import io.shoal.common.id.NodeId;
import io.shoal.common.id.SessionId;
import io.shoal.common.shard.Shard;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.FakeClock;
import io.shoal.metadata.cluster.ClusterIdentity;
import io.shoal.metadata.cluster.ClusterQueries;
import io.shoal.metadata.cluster.ClusterSettings;
import io.shoal.metadata.cluster.NodeDescription;
import io.shoal.metadata.cluster.NodeRecord;
import io.shoal.metadata.cluster.VolumeRecord;
import io.shoal.metadata.command.ClusterCommand.AllocateIds;
import io.shoal.metadata.command.ClusterCommand.InitCluster;
import io.shoal.metadata.command.ClusterCommand.RegisterNode;
import io.shoal.metadata.liveness.LivenessSettings;
import io.shoal.metadata.liveness.NodeLiveness;
import io.shoal.metadata.liveness.NodeReport;
import io.shoal.metadata.liveness.VolumeHealth;
import io.shoal.metadata.liveness.VolumeReport;
import io.shoal.metadata.namespace.FilePolicy;
import io.shoal.metadata.testing.AppliedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** All on the test's own thread: the shard's pool runs tasks where they are sent. */
class GrantsTest {
  private static final int MIB = 1 << 20;
  private static final int LIFETIME_MILLIS = 900_000;
  private static final SessionId SESSION = new SessionId(77);

  private final FakeClock clock = new FakeClock();
  private final AppliedLog log = new AppliedLog(clock);
  private final NodeLiveness liveness =
      new NodeLiveness(
          new LivenessSettings(
              Duration.ofSeconds(3), Duration.ofSeconds(10), Duration.ofMinutes(10)),
          clock);
  private final SigningKeys keys = new SigningKeys();
  private final Shard shard =
      new Shard(
          "grants",
          Runnable::run,
          4_096,
          (where, fault) -> {
            throw new AssertionError(where, fault);
          });
  private final Grants grants = new Grants(log, shard, liveness, keys, new SplittableRandom(42));

  @BeforeEach
  void initCluster() {
    log.apply(
        new InitCluster(
            new ClusterIdentity("test", 0, 0),
            new ClusterSettings(3, 2, MIB, 0, 60_000, LIFETIME_MILLIS)));
    keys.replace(List.of(new SigningKey(1, new byte[32]), new SigningKey(2, new byte[32])));
    for (int i = 1; i <= 4; i++) {
      log.apply(
          new RegisterNode(
              new NodeDescription(
                  new UUID(1, i),
                  "host",
                  i,
                  "",
                  "",
                  List.of(new VolumeRecord(1, "/d", 1L << 40, i == 4 ? "broken" : "")))));
      heard(i, 1_000L * MIB, VolumeHealth.HEALTHY);
    }
    grants.begin();
  }

  private void heard(int nodeId, long availableBytes, VolumeHealth health) {
    liveness.heard(
        new NodeId(nodeId),
        new NodeReport(
            List.of(new VolumeReport(1, "/d", 1L << 40, availableBytes, 0, 0, health, "")),
            0,
            0,
            0));
    grants.onHeartbeat(new NodeId(nodeId));
  }

  private List<NodeRecord> nodes() {
    return new ClusterQueries(log.view()).nodes();
  }

  private CompletableFuture<List<SignedGrant>> reserve(int count) {
    return reserve(count, new FilePolicy(3, 2, MIB));
  }

  private CompletableFuture<List<SignedGrant>> reserve(int count, FilePolicy policy) {
    return grants.reserve(
        new GrantRequest(SESSION, count, policy, Set.of(), LIFETIME_MILLIS), nodes());
  }

  private List<GrantTerms> terms(List<SignedGrant> signed) {
    return signed.stream().map(keys.verifier()::verify).toList();
  }

  @Test
  void reserve_threeGoodNodes_grantsAreSignedForThem() {
    List<GrantTerms> terms = terms(Await.result(reserve(5)));
    assertThat(terms).hasSize(5);
    for (GrantTerms grant : terms) {
      assertThat(grant.sessionId()).isEqualTo(SESSION);
      // Node 4 has no volume that may be written, by the state's own record.
      assertThat(grant.nodeIds())
          .containsExactlyInAnyOrder(new NodeId(1), new NodeId(2), new NodeId(3));
      assertThat(grant.expiresAtMillis()).isEqualTo(log.nowMillis() + LIFETIME_MILLIS);
      assertThat(grant.lifetimeMillis()).isEqualTo(LIFETIME_MILLIS);
      assertThat(grant.lengthLimitBytes()).isEqualTo(MIB);
      assertThat(grant.keyId()).isEqualTo(2);
    }
    assertThat(terms.stream().map(GrantTerms::chunkId)).doesNotHaveDuplicates();
  }

  @Test
  void reserve_manyTimes_takesRangesThroughTheLogAheadOfNeed() {
    Set<ChunkId> seen = new HashSet<>();
    for (int i = 0; i < 300; i++) {
      for (SignedGrant grant : Await.result(reserve(128, new FilePolicy(2, 2, 65_536)))) {
        assertThat(seen.add(grant.terms().chunkId())).isTrue();
      }
      for (int node = 1; node <= 3; node++) {
        heard(node, 1_000L * MIB, VolumeHealth.HEALTHY);
        heard(node, 1_000L * MIB, VolumeHealth.HEALTHY);
      }
    }
    assertThat(seen).hasSize(300 * 128);
    // 38,400 ids are in use; a fourth range would be taken at 3 / 4 of the third only.
    assertThat(log.countOf(AllocateIds.class)).isEqualTo(3);
  }

  @Test
  void reserve_rangeUnderWay_waitsForItAndForNothingElse() {
    log.hold(command -> command instanceof AllocateIds);
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 31; j++) {
        Await.result(reserve(100, new FilePolicy(2, 2, 65_536)));
        heard(1, 1_000L * MIB, VolumeHealth.HEALTHY);
        heard(2, 1_000L * MIB, VolumeHealth.HEALTHY);
        heard(3, 1_000L * MIB, VolumeHealth.HEALTHY);
      }
    }
    assertThat(log.heldCount()).isEqualTo(1);
    List<CompletableFuture<List<SignedGrant>>> waiting = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      waiting.add(reserve(100, new FilePolicy(2, 2, 65_536)));
    }
    assertThat(waiting.get(49)).isNotDone();
    assertThat(log.heldCount()).isEqualTo(1);
    log.release();
    waiting.forEach(each -> assertThat(Await.result(each)).hasSize(100));
  }

  @Test
  void reserve_rangeRefusedByTheLog_failsWhoWaitsAndTriesAgainForTheNext() {
    grants.end();
    log.refuse(command -> command instanceof AllocateIds);
    grants.begin();
    assertThat(Await.failure(reserve(1)).code()).isEqualTo(ErrorCode.OVERLOADED);
    log.refuse(command -> false);
    assertThat(Await.result(reserve(1))).hasSize(1);
  }

  @Test
  void reserve_tooManyWaiting_isRefused() {
    grants.end();
    log.hold(command -> command instanceof AllocateIds);
    grants.begin();
    List<CompletableFuture<List<SignedGrant>>> waiting = new ArrayList<>();
    for (int i = 0; i < ChunkIdPool.WAITER_LIMIT; i++) {
      waiting.add(reserve(1));
    }
    assertThat(Await.failure(reserve(1)).code()).isEqualTo(ErrorCode.OVERLOADED);
    log.release();
    assertThat(Await.result(waiting.get(0))).hasSize(1);
  }

  @Test
  void end_whileGrantsWait_failsThemAndIgnoresTheLateRange() {
    grants.end();
    log.hold(command -> command instanceof AllocateIds);
    grants.begin();
    CompletableFuture<List<SignedGrant>> waiting = reserve(1);
    grants.end();
    assertThat(Await.failure(waiting).code()).isEqualTo(ErrorCode.NOT_LEADER);
    log.release();
    long before = log.countOf(AllocateIds.class);
    grants.begin();
    assertThat(log.countOf(AllocateIds.class)).isEqualTo(before + 1);
  }

  @Test
  void reserve_fewerNodesThanReplication_grantsThoseThereAre() {
    clock.advanceMillis(10_000);
    heard(1, 1_000L * MIB, VolumeHealth.HEALTHY);
    heard(3, 1_000L * MIB, VolumeHealth.HEALTHY);
    assertThat(terms(Await.result(reserve(1))).get(0).nodeIds())
        .containsExactlyInAnyOrder(new NodeId(1), new NodeId(3));
  }

  @Test
  void reserve_fewerNodesThanMinReplicas_namesHowManyAreAlive() {
    heard(1, 1_000L * MIB, VolumeHealth.FULL);
    heard(2, 1_000L * MIB, VolumeHealth.FENCED);
    ShoalException failure = Await.failure(reserve(1));
    assertThat(failure.code()).isEqualTo(ErrorCode.NOT_ENOUGH_NODES);
    assertThat(failure.getMessage()).contains(": 1 (expected: >= 2); alive: 4 of 4 registered");
  }

  @Test
  void reserve_leaderThatHasNotHeardAllNodesYet_asksToWaitForThem() {
    liveness.begin();
    heard(1, 1_000L * MIB, VolumeHealth.HEALTHY);
    ShoalException early = Await.failure(reserve(1));
    assertThat(early.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(early.retryAfterMillis()).isPositive();
    clock.advanceMillis(10_000);
    heard(1, 1_000L * MIB, VolumeHealth.HEALTHY);
    assertThat(Await.failure(reserve(1)).code()).isEqualTo(ErrorCode.NOT_ENOUGH_NODES);
  }

  @Test
  void reserve_youngLeaderLacksANode_waitsForItRatherThanMakeDoWithFewerCopies() {
    liveness.begin();
    heard(1, 1_000L * MIB, VolumeHealth.HEALTHY);
    heard(2, 1_000L * MIB, VolumeHealth.HEALTHY);
    assertThat(Await.failure(reserve(1)).code()).isEqualTo(ErrorCode.UNAVAILABLE);
    heard(3, 1_000L * MIB, VolumeHealth.HEALTHY);
    assertThat(terms(Await.result(reserve(1))).get(0).nodeIds()).hasSize(3);
  }

  @Test
  void reserve_nodeStaysAway_isServedWithFewerCopies_soon() {
    liveness.begin();
    clock.advanceMillis(1_500);
    heard(1, 1_000L * MIB, VolumeHealth.HEALTHY);
    heard(2, 1_000L * MIB, VolumeHealth.HEALTHY);
    assertThat(terms(Await.result(reserve(1))).get(0).nodeIds()).hasSize(2);
  }

  @Test
  void reserve_noRoomForAChunk_isNoNodeForIt() {
    heard(1, MIB - 1, VolumeHealth.HEALTHY);
    heard(2, MIB, VolumeHealth.HEALTHY);
    heard(3, MIB, VolumeHealth.HEALTHY);
    assertThat(terms(Await.result(reserve(1))).get(0).nodeIds())
        .containsExactlyInAnyOrder(new NodeId(2), new NodeId(3));
  }

  @Test
  void reserve_moreChunksThanThereIsRoomFor_isServed_sinceSmallFilesNeedLittleOfIt() {
    for (int node = 1; node <= 3; node++) {
      heard(node, 10L * MIB, VolumeHealth.HEALTHY);
    }
    assertThat(Await.result(reserve(256))).hasSize(256);
    assertThat(Await.result(reserve(1))).hasSize(1);
  }

  @Test
  void reserve_withoutKeys_isUnavailable() {
    keys.clear();
    assertThat(Await.failure(reserve(1)).code()).isEqualTo(ErrorCode.UNAVAILABLE);
  }
}
