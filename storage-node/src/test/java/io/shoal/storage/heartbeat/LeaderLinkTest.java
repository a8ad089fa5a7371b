package io.shoal.storage.heartbeat;

import static io.shoal.storage.heartbeat.FakeLeader.take;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.grant.SigningKey;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.FakeClock;
import io.shoal.common.testing.NoLeaks;
import io.shoal.common.testing.RecordedFaults;
import io.shoal.common.transport.GrpcChunkTransport;
import io.shoal.common.transport.TransportSettings;
import io.shoal.proto.v1.CheckChunks;
import io.shoal.proto.v1.ChunkVerdicts;
import io.shoal.proto.v1.Heartbeat;
import io.shoal.proto.v1.NodeOrder;
import io.shoal.proto.v1.NodeReloaded;
import io.shoal.proto.v1.RegisterNode;
import io.shoal.proto.v1.ReloadConfig;
import io.shoal.proto.v1.ScrubProgress;
import io.shoal.storage.rpc.PlayedStore;
import io.shoal.storage.transfer.Replicas;
import io.shoal.storage.trash.DeletionBrake;
import io.shoal.storage.trash.TrashConfig;
import io.shoal.storage.trash.UnknownChunks;
import io.shoal.storage.volume.ChunkStore;
import io.shoal.storage.volume.VolumeChange;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Finding, keeping and losing the leader, on a clock that the test moves. */
@ExtendWith(NoLeaks.class)
final class LeaderLinkTest {
  private static final UUID NODE_UUID = new UUID(0x0102_0304_0506_0708L, -1);

  /** Far more than tests pass while they wait for something real. */
  private static final Duration LONG_SILENCE = Duration.ofDays(1);

  private static final Duration SILENCE = Duration.ofSeconds(10);

  private final EventLoops loops = EventLoops.start("test", 1, PooledByteBufAllocator.DEFAULT);
  private final FakeClock clock = new FakeClock();
  private final RecordedFaults faults = new RecordedFaults();
  private final Membership membership = new Membership();
  private final Duties duties = new Duties();
  private final UnknownChunks unknown = new UnknownChunks(TrashConfig.defaults());
  private final DeletionBrake brake = unknown.brake();
  private @Nullable LeaderLink link;

  private static final NodeOrder RELOAD =
      NodeOrder.newBuilder().setReloadConfig(ReloadConfig.getDefaultInstance()).build();

  private static final class Duties implements NodeDuties {
    private final CompletableFuture<Boolean> attached = new CompletableFuture<>();
    private final CompletableFuture<ShoalException> refused = new CompletableFuture<>();
    private final AtomicInteger openings = new AtomicInteger();
    private final AtomicInteger reloads = new AtomicInteger();
    private volatile CompletableFuture<ChunkStore> store =
        CompletableFuture.completedFuture(new PlayedStore());
    private volatile CompletableFuture<Reloaded> reloaded = new CompletableFuture<>();
    private volatile String clusterId = "";

    @Override
    public String clusterId() {
      return clusterId;
    }

    @Override
    public @Nullable ChunkStore volumes() {
      return null;
    }

    @Override
    public CompletableFuture<ChunkStore> openVolumes(String cluster) {
      openings.incrementAndGet();
      clusterId = cluster;
      return store;
    }

    @Override
    public StreamLoad streamLoad() {
      return new StreamLoad(3, 4);
    }

    @Override
    public ScrubLoad scrubLoad() {
      return new ScrubLoad(5, 6, 7, 8, 9);
    }

    @Override
    public CompletableFuture<Reloaded> reload() {
      reloads.incrementAndGet();
      return reloaded;
    }

    @Override
    public void attached() {
      assertThat(attached.complete(true)).as("told once").isTrue();
    }

    @Override
    public void refused(ShoalException reason) {
      refused.complete(reason);
    }
  }

  private void start(HostPort... servers) {
    start(FakeLeader.SECRET, LONG_SILENCE, servers);
  }

  private void start(String secret, Duration silenceLimit, HostPort... servers) {
    HeartbeatConfig config =
        new HeartbeatConfig(
            List.of(servers),
            Duration.ofMillis(100),
            Duration.ofSeconds(3),
            silenceLimit,
            Duration.ofMinutes(1));
    LeaderLink made =
        new LeaderLink(
            config,
            new NodeProfile(NODE_UUID, new HostPort("node.example", 7_410), "/rack-1", "1.2"),
            ClusterSecret.of(secret),
            membership,
            duties,
            new ReplicaDuties(
                new Replicas(
                    new GrpcChunkTransport(
                        loops, RpcSettings.defaults(), TransportSettings.defaults(), clock, clock),
                    loops.executor(),
                    new Random(2),
                    faults),
                new Suspicions(),
                new Audit(),
                unknown),
            new LinkRuntime(loops, RpcSettings.defaults(), clock, clock, new Random(1), faults));
    link = made;
    made.start();
  }

  @AfterEach
  void stop() {
    if (link != null) {
      Await.result(link.close());
    }
    loops.close();
    faults.assertNone();
  }

  /** Moves the clock in steps until something has happened. */
  private void passTimeUntil(String what, Duration step, BooleanSupplier condition) {
    Await.until(
        what,
        () -> {
          if (condition.getAsBoolean()) {
            return true;
          }
          clock.advance(step);
          return condition.getAsBoolean();
        });
  }

  @Test
  void register_saysWhoItIsAndProvesIt() {
    try (FakeLeader leader = FakeLeader.start(loops)) {
      start(leader.address());
      RegisterNode register = take(leader.reports).getRegister();

      assertThat(register.getNodeUuid().toByteArray())
          .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, -1, -1, -1, -1, -1, -1, -1, -1);
      assertThat(register.getHost()).isEqualTo("node.example");
      assertThat(register.getPort()).isEqualTo(7_410);
      assertThat(register.getFailureDomain()).isEqualTo("/rack-1");
      assertThat(register.getVersion()).isEqualTo("1.2");
      assertThat(register.getClusterId()).isEmpty();
      Await.result(duties.attached);
      assertThat(duties.clusterId()).isEqualTo(FakeLeader.CLUSTER);
      assertThat(membership.require().nodeId()).isEqualTo(FakeLeader.NODE);
      assertThat(membership.logClockMillis()).isEqualTo(leader.nowMillis());
    }
  }

  /** A node with much to recover is one that orders come to before it can carry them out. */
  @Test
  void order_whileTheVolumesAreBeingOpened_waits() {
    CompletableFuture<ChunkStore> opening = new CompletableFuture<>();
    duties.store = opening;
    try (FakeLeader leader = FakeLeader.start(loops)) {
      start(leader.address());
      FakeLeader.Bonded bond = take(leader.bonds);
      assertThat(take(leader.reports).hasRegister()).isTrue();
      Await.until("it is opening", () -> duties.openings.get() == 1);
      bond.send(NodeOrder.newBuilder().setCheck(CheckChunks.newBuilder().setOrderId(5)).build());
      // What is sent behind it would have come by now.
      assertThat(duties.refused).isNotDone();
      opening.complete(new PlayedStore());
      Await.result(duties.attached);
      assertThat(bond.isLost()).isFalse();
      assertThat(duties.refused).isNotDone();
    }
  }

  @Test
  void heartbeats_goOutAtTheIntervalOfTheLeader() {
    try (FakeLeader leader = FakeLeader.start(loops)) {
      leader.setHeartbeatIntervalMillis(3_000);
      start(leader.address());
      Await.result(duties.attached);
      assertThat(take(leader.heartbeats).getWriteStreams()).isEqualTo(3);
      clock.advance(Duration.ofMillis(2_999));
      assertThat(leader.heartbeats).isEmpty();

      clock.advance(Duration.ofMillis(1));

      Heartbeat second = take(leader.heartbeats);
      assertThat(second.getReadStreams()).isEqualTo(4);
      assertThat(second.getUpkeep().getScrub())
          .isEqualTo(
              ScrubProgress.newBuilder()
                  .setPassBytes(5)
                  .setPassOfBytes(6)
                  .setPassDamaged(7)
                  .setLastEndedAtMillis(8)
                  .setLastDamaged(9)
                  .build());
    }
  }

  @Test
  void logClockAndKeys_followTheLeader() {
    SigningKey second = new SigningKey(2, new byte[SigningKey.SECRET_BYTES]);
    try (FakeLeader leader = FakeLeader.start(loops)) {
      start(leader.address());
      Await.result(duties.attached);
      long before = leader.nowMillis();
      leader.setNowMillis(before + 5_000);
      leader.setKeys(List.of(second));
      passTimeUntil(
          "the clock is heard",
          Duration.ofMillis(50),
          () -> membership.logClockMillis() == before + 5_000);
      assertThat(membership.require().grants().keys()).containsExactly(second);

      leader.setNowMillis(before);
      leader.heartbeats.clear();
      passTimeUntil(
          "two more heartbeats", Duration.ofMillis(50), () -> leader.heartbeats.size() >= 2);
      assertThat(membership.logClockMillis()).as("rule T1: never back").isEqualTo(before + 5_000);
    }
  }

  @Test
  void serversInTurn_untilOneTakesTheNodeIn() {
    try (FakeLeader follower = FakeLeader.start(loops);
        FakeLeader leader = FakeLeader.start(loops)) {
      follower.setRefusal(
          register -> new ShoalException(ErrorCode.NOT_LEADER, "", "not the leader"));
      FakeLeader dead = FakeLeader.start(loops);
      dead.close();
      start(dead.address(), follower.address(), leader.address());

      passTimeUntil("attached", Duration.ofSeconds(1), duties.attached::isDone);
      assertThat(leader.bonds).hasSize(1);
    }
  }

  @Test
  void leaderNamedByAnother_isTriedAtOnce() {
    try (FakeLeader follower = FakeLeader.start(loops);
        FakeLeader leader = FakeLeader.start(loops)) {
      follower.setRefusal(
          register ->
              new ShoalException(
                  ErrorCode.NOT_LEADER, leader.address().toString(), "not the leader"));
      start(follower.address());

      Await.result(duties.attached);
      assertThat(leader.bonds).hasSize(1);
    }
  }

  /** Two that name each other would otherwise keep the node busy. */
  @Test
  void serversThatNameEachOther_areTriedAtOnceOnlyTwice() {
    try (FakeLeader one = FakeLeader.start(loops);
        FakeLeader other = FakeLeader.start(loops)) {
      one.setRefusal(
          register ->
              new ShoalException(ErrorCode.NOT_LEADER, other.address().toString(), "not me"));
      other.setRefusal(
          register -> new ShoalException(ErrorCode.NOT_LEADER, one.address().toString(), "not me"));
      start(one.address());

      Await.until("it waits", () -> one.bonds.size() == 2 && other.bonds.size() == 1);
      passTimeUntil("it goes on", Duration.ofSeconds(1), () -> other.bonds.size() == 2);
    }
  }

  private static NodeDuties.Reloaded added(String directory) {
    return new NodeDuties.Reloaded(new VolumeChange(List.of(Path.of(directory)), List.of()), true);
  }

  @Test
  void reload_isAnswered_withWhatCameOfIt() {
    try (FakeLeader leader = FakeLeader.start(loops)) {
      start(leader.address());
      Await.result(duties.attached);
      FakeLeader.Bonded bond = take(leader.bonds);
      assertThat(take(leader.reports).hasRegister()).isTrue();
      bond.send(RELOAD);
      duties.reloaded.complete(added("/new"));
      NodeReloaded report = take(leader.reports).getReloaded();
      assertThat(report.getReply().getAddedDirectoriesList()).containsExactly("/new");
      assertThat(report.getReply().getNeedsRestart()).isTrue();

      duties.reloaded =
          CompletableFuture.failedFuture(
              new ShoalException(ErrorCode.INVALID_ARGUMENT, "/full", "not empty"));
      bond.send(RELOAD);
      assertThat(RpcErrors.fromProto(take(leader.reports).getReloaded().getFailure()))
          .hasMessage("not empty");
      assertThat(bond.isLost()).isFalse();
    }
  }

  /** The next bond may have begun with the volumes of before. */
  @Test
  void reload_bondIsLostMeanwhile_theNextOneIsMadeAnewWhenVolumesHaveChanged() {
    try (FakeLeader leader = FakeLeader.start(loops)) {
      start(leader.address());
      Await.result(duties.attached);
      FakeLeader.Bonded first = take(leader.bonds);
      first.send(RELOAD);
      Await.until("it is at it", () -> duties.reloads.get() == 1);
      first.fail(new ShoalException(ErrorCode.NOT_LEADER, "", "no more"));
      passTimeUntil("a second bond", Duration.ofSeconds(1), () -> !leader.bonds.isEmpty());
      FakeLeader.Bonded second = take(leader.bonds);
      Await.until("it has its volumes", () -> duties.openings.get() == 2);

      duties.reloaded.complete(added("/new"));

      Await.until("the second is given up", second::isLost);
      passTimeUntil("a third one", Duration.ofSeconds(1), () -> !leader.bonds.isEmpty());
    }
  }

  @Test
  void leaderGoneAndBack_nodeAttachesAgain() {
    FakeLeader first = FakeLeader.start(loops);
    HostPort address = first.address();
    start(address);
    Await.result(duties.attached);
    first.close();
    try (FakeLeader second = FakeLeader.restart(loops, address.port())) {
      passTimeUntil("a heartbeat", Duration.ofSeconds(1), () -> !second.heartbeats.isEmpty());
      assertThat(take(second.reports).getRegister().getClusterId()).isEqualTo(FakeLeader.CLUSTER);
      assertThat(duties.openings).hasValue(2);
    }
  }

  @Test
  void silentLeader_isGivenUp() {
    try (FakeLeader leader = FakeLeader.start(loops)) {
      leader.setHeartbeatIntervalMillis(1_000);
      start(FakeLeader.SECRET, SILENCE, leader.address());
      Await.result(duties.attached);
      FakeLeader.Bonded bond = take(leader.bonds);
      leader.setAnswersHeartbeats(false);

      passTimeUntil("a new bond", Duration.ofSeconds(1), () -> !leader.bonds.isEmpty());

      Await.until("the old one is gone", bond::isLost);
    }
  }

  @Test
  void serverThatNeverChallenges_isGivenUp() {
    try (FakeLeader mute = FakeLeader.start(loops);
        FakeLeader leader = FakeLeader.start(loops)) {
      mute.setChallenges(false);
      start(FakeLeader.SECRET, SILENCE, mute.address(), leader.address());
      take(mute.bonds);

      passTimeUntil("attached", Duration.ofSeconds(1), duties.attached::isDone);
      assertThat(mute.reports).isEmpty();
      assertThat(leader.bonds).isNotEmpty();
    }
  }

  @Test
  void slowVolumes_areWaitedFor() {
    CompletableFuture<ChunkStore> opening = new CompletableFuture<>();
    duties.store = opening;
    try (FakeLeader leader = FakeLeader.start(loops)) {
      start(FakeLeader.SECRET, SILENCE, leader.address());
      Await.until("the volumes are being opened", () -> duties.openings.get() == 1);
      clock.advance(SILENCE.multipliedBy(10));
      assertThat(duties.attached).isNotDone();

      opening.complete(new PlayedStore());

      Await.result(duties.attached);
      assertThat(leader.bonds).hasSize(1);
    }
  }

  /** It stands still, or is cut off: it could not say so itself. */
  @Test
  void leaderThatSaysNothing_isLeftAsSoonAsAnotherServerNamesTheNext() {
    try (FakeLeader old = FakeLeader.start(loops);
        FakeLeader next = FakeLeader.start(loops)) {
      start(old.address(), next.address());
      Await.result(duties.attached);
      FakeLeader.Bonded bond = take(old.bonds);
      old.setAnswersHeartbeats(false);
      next.awaitWatcher();

      next.announce(2, next.address());

      take(next.bonds);
      Await.until("the old bond is over", bond::isLost);
      take(next.heartbeats);
    }
  }

  @Test
  void leaderOfAnEarlierTerm_isNotFollowed() {
    try (FakeLeader first = FakeLeader.start(loops);
        FakeLeader second = FakeLeader.start(loops)) {
      start(first.address(), second.address());
      Await.result(duties.attached);
      FakeLeader.Bonded bond = take(first.bonds);
      second.awaitWatcher();
      second.announce(7, first.address());
      second.announce(6, second.address());
      second.announce(8, first.address());
      second.announce(9, second.address());

      take(second.bonds);
      Await.until("the bond is over", bond::isLost);
      take(second.heartbeats);

      assertThat(first.bonds).isEmpty();
      assertThat(second.bonds).isEmpty();
    }
  }

  /** Rule T3: its disk was lost, say, and replaced by an old copy. */
  @Test
  void leaderThatLacksWhatItAcknowledged_isNoLeader() {
    try (FakeLeader leader = FakeLeader.start(loops)) {
      leader.setHistory(1, 500);
      start(leader.address());
      Await.result(duties.attached);
      FakeLeader.Bonded bond = take(leader.bonds);
      leader.heartbeats.clear();
      leader.setHistory(1, 499);
      bond.fail(new ShoalException(ErrorCode.UNAVAILABLE, "", "restarted"));
      passTimeUntil("it comes again", Duration.ofSeconds(1), () -> !leader.bonds.isEmpty());
      FakeLeader.Bonded refused = take(leader.bonds);
      Await.until("and goes", refused::isLost);
      assertThat(leader.heartbeats).isEmpty();
      assertThat(brake.isOn()).isTrue();

      leader.setHistory(1, 500);
      passTimeUntil("it stays", Duration.ofSeconds(1), () -> !leader.heartbeats.isEmpty());
      assertThat(brake.isOn()).isTrue();
    }
  }

  /** Rule G5. */
  @Test
  void metadataWasRestored_nothingIsDeletedUntilAnOperatorConfirms() {
    try (FakeLeader leader = FakeLeader.start(loops)) {
      leader.setHistory(0, 500);
      start(leader.address());
      Await.result(duties.attached);
      assertThat(brake.isOn()).isFalse();
      leader.setHistory(1, 3);
      take(leader.bonds).fail(new ShoalException(ErrorCode.UNAVAILABLE, "", "restarted"));
      passTimeUntil("the brake is on", Duration.ofSeconds(1), brake::isOn);
      assertThat(brake.note().sinceMillis()).isEqualTo(leader.nowMillis());
      leader.heartbeats.clear();
      passTimeUntil("it stays", Duration.ofSeconds(1), () -> !leader.heartbeats.isEmpty());
    }
  }

  @Test
  void onlyServer_isNotWatched() {
    try (FakeLeader leader = FakeLeader.start(loops)) {
      start(leader.address());
      Await.result(duties.attached);

      assertThat(leader.isWatched()).isFalse();
    }
  }

  @Test
  void wrongSecret_isFinal() {
    try (FakeLeader leader = FakeLeader.start(loops)) {
      start("quite another secret", LONG_SILENCE, leader.address());

      assertThat(Await.result(duties.refused).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
      assertThat(clock.pendingTasks()).isZero();
    }
  }

  @Test
  void anotherCluster_isFinal() {
    duties.clusterId = "the-other-cluster";
    try (FakeLeader leader = FakeLeader.start(loops)) {
      start(leader.address());

      ShoalException refused = Await.result(duties.refused);
      assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
      assertThat(refused.getMessage()).contains(FakeLeader.CLUSTER, "the-other-cluster");
      assertThat(duties.openings).hasValue(0);
    }
  }

  @Test
  void refusalAfterServing_isNotFinal() {
    try (FakeLeader leader = FakeLeader.start(loops)) {
      start(leader.address());
      Await.result(duties.attached);
      take(leader.bonds).fail(new ShoalException(ErrorCode.UNAUTHENTICATED, "", "who are you"));

      passTimeUntil("a new bond", Duration.ofSeconds(1), () -> !leader.bonds.isEmpty());

      assertThat(duties.refused).isNotDone();
    }
  }

  @Test
  void nonsense_endsTheBond() {
    try (FakeLeader leader = FakeLeader.start(loops)) {
      start(leader.address());
      Await.result(duties.attached);
      FakeLeader.Bonded bond = take(leader.bonds);
      bond.send(
          NodeOrder.newBuilder().setVerdicts(ChunkVerdicts.newBuilder().addChunkIds(1)).build());

      passTimeUntil("a new bond", Duration.ofSeconds(1), () -> !leader.bonds.isEmpty());

      Await.until("the old one is gone", bond::isLost);
    }
  }

  @Test
  void close_endsTheBondForGood() {
    try (FakeLeader leader = FakeLeader.start(loops)) {
      start(leader.address());
      Await.result(duties.attached);
      FakeLeader.Bonded bond = take(leader.bonds);
      assertThat(link).isNotNull();

      Await.result(link.close());

      Await.until("the leader sees it", bond::isLost);
      clock.advance(Duration.ofHours(1));
      assertThat(leader.bonds).isEmpty();
      assertThat(clock.pendingTasks()).isZero();
    }
  }
}
