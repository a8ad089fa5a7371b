package io.shoal.metadata.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that come, go and hand over while the log goes on. */
final class PeerChangesTest {
  @TempDir Path directory;

  private static List<String> idsOf(LogServer server) {
    return server.log.group().peers().stream().map(LogPeer::id).toList();
  }

  private static CompletableFuture<Void> add(LogServer leader, Peer peer) {
    return leader.log.group().change(Optional.of(peer), Optional.empty());
  }

  private static CompletableFuture<Void> remove(LogServer leader, String id) {
    return leader.log.group().change(Optional.empty(), Optional.of(id));
  }

  /** What it lacks is in no log any more when it comes: it begins with a snapshot. */
  @Test
  void replace_whileTheLogGoesOn_bringsTheNewOneUp_andTellsTheOldOne() throws IOException {
    try (LogGroup group = LogGroup.founded(directory, 3)) {
      group.add(150);
      group.restart(group.idOf(group.awaitLeader()));
      group.add(150);
      String goes = group.follower();
      Peer comes = LogGroup.peer(3);
      LogServer fresh = group.start(comes, List.of());

      LogServer leader = group.awaitLeader();
      CompletableFuture<Void> change =
          leader.log.group().change(Optional.of(comes), Optional.of(goes));
      group.add(50);
      Await.result(change);

      assertThat(idsOf(leader)).hasSize(3).contains("m3").doesNotContain(goes);
      Await.until("it has all", () -> fresh.counter() == 350);
      assertThat(fresh.installations.get()).isEqualTo(1);
      LogServer gone = group.get(goes);
      Await.until("it notices", () -> !gone.faults.isEmpty());
      assertThat(gone.faults.get(0)).hasMessageContaining("taken out of the metadata servers");
      group.stop(goes);

      // The one that came counts: with it, and without another one, there is a majority.
      group.stop(group.idOf(leader));
      group.add(1);
      Await.until("it has that, too", () -> fresh.counter() == 351);
      LogServer again = group.restart("m3");
      Await.until("it is back", () -> again.counter() == 351);
      assertThat(again.faults).isEmpty();
    }
  }

  @Test
  void transferLeadership_toAnother_losesNothing() throws IOException {
    try (LogGroup group = LogGroup.founded(directory, 3)) {
      group.add(10);
      LogServer former = group.awaitLeader();
      String next = group.follower();

      Await.result(former.log.group().transferLeadership(Optional.of(next)));

      Await.until("it leads", () -> group.get(next).log.isLeader());
      Await.until("it does not lead any more", () -> !former.log.isLeader());
      group.add(10);
      assertThat(group.get(next).counter()).isEqualTo(20);
      assertThat(Await.failure(former.log.group().transferLeadership(Optional.of(next))).code())
          .isEqualTo(ErrorCode.NOT_LEADER);
    }
  }

  /** The log never rests meanwhile, as a leader's does not: then Ratis would wait for ever. */
  @Test
  @Tag("long")
  void add_serverThatFallsSilent_isGivenUp_andTheNextChangeIsMade() throws IOException {
    try (LogGroup group = LogGroup.founded(directory, 3);
        ServerSocket mute = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      LogServer leader = group.awaitLeader();
      Peer silent = new Peer("m8", new HostPort("127.0.0.1", 7_408), mute.getLocalPort());
      CompletableFuture<Void> change = add(leader, silent);
      int added = 0;
      for (; !change.isDone(); added++) {
        Await.result(leader.log.submit(CounterMachine.add(1)));
      }
      assertThat(Await.failure(change))
          .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
          .hasMessageContaining("nobody answers at 127.0.0.1:" + mute.getLocalPort());

      Await.until("it leads no more", () -> !leader.log.isLeader());
      Peer comes = LogGroup.peer(3);
      LogServer fresh = group.start(comes, List.of());
      Await.result(add(group.awaitLeader(), comes));
      int all = added;
      Await.until("it has all", () -> fresh.counter() == all);
      assertThat(idsOf(group.awaitLeader())).containsExactly("m0", "m1", "m2", "m3");
    }
  }

  @Test
  @Tag("long")
  void remove_leader_transfersLeadershipFirst() throws IOException {
    try (LogGroup group = LogGroup.founded(directory, 3)) {
      group.add(10);
      LogServer former = group.awaitLeader();
      String id = group.idOf(former);

      assertThat(Await.failure(remove(former, id)).code()).isEqualTo(ErrorCode.NOT_LEADER);

      Await.until("another one leads", () -> !former.log.isLeader());
      LogServer next = group.awaitLeader();
      Await.result(remove(next, id));
      assertThat(idsOf(next)).hasSize(2).doesNotContain(id);
      group.add(1);
      assertThat(next.counter()).isEqualTo(11);
      Await.until("it notices", () -> !former.faults.isEmpty());
    }
  }

  @Test
  @Tag("long")
  void serverAlone_growsToThree_withoutLosingAnything() throws IOException {
    try (LogGroup group = new LogGroup(directory)) {
      Peer alone = LogGroup.peer(0);
      LogServer first = group.start(alone, List.of(alone));
      group.add(30);

      for (int i = 1; i < 3; i++) {
        Peer comes = LogGroup.peer(i);
        LogServer fresh = group.start(comes, List.of());
        Await.result(add(group.awaitLeader(), comes));
        Await.until("it has all", () -> fresh.counter() == first.counter());
        group.add(5);
      }

      assertThat(idsOf(group.awaitLeader())).containsExactly("m0", "m1", "m2");
      group.stop("m0");
      group.add(1);
      assertThat(group.awaitLeader().counter()).isEqualTo(41);
      LogServer back = group.startAgain("m0");
      Await.until("it is back", () -> back.counter() == 41);
    }
  }

  @Test
  @Tag("long")
  void serverAlone_withoutAPortForOthers_staysAlone() throws IOException {
    try (LogGroup group = new LogGroup(directory)) {
      Peer alone = new Peer("m0", new HostPort("127.0.0.1", 7_400), 0);
      group.start(alone, List.of(alone));
      group.add(1);
      group.stop("m0");
      Peer open = LogGroup.peer(0);
      group.start(open, List.of(open));
      assertThat(Await.failure(add(group.awaitLeader(), LogGroup.peer(1))))
          .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
          .hasMessageContaining("stays alone");
      group.add(1);
    }
  }

  @Test
  @Tag("long")
  void change_thatCannotBe_isRefused_andNothingChanges() throws IOException {
    try (LogGroup group = LogGroup.founded(directory, 3)) {
      LogServer leader = group.awaitLeader();
      Peer nobody = LogGroup.peer(4);
      assertThat(Await.failure(add(leader, nobody)))
          .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
          .hasMessageContaining("nobody answers");
      assertThat(Await.failure(remove(leader, "m9")))
          .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.NOT_FOUND))
          .hasMessageContaining("m0, m1, m2");
      Peer same = group.peerOf(group.follower());
      Await.result(add(leader, same));
      Peer otherPlace = new Peer(same.id(), new HostPort("127.0.0.1", 7_405), same.raftPort());
      assertThat(Await.failure(add(leader, otherPlace)))
          .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
          .hasMessageContaining("never used");
      assertThat(idsOf(leader)).containsExactly("m0", "m1", "m2");

      String dead = group.follower();
      group.stop(dead);
      String alive = group.follower();
      Await.until(
          "its silence is noticed",
          () ->
              leader.log.group().peers().stream()
                  .anyMatch(peer -> peer.id().equals(dead) && peer.silentMillis() > 3_000));
      ShoalException tooFew = Await.failure(remove(leader, alive));
      assertThat(tooFew.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
      assertThat(tooFew).hasMessageContaining("can be heard");
      Await.result(remove(leader, dead));
      group.add(1);
    }
  }
}
