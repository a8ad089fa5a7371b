package io.shoal.metadata.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.testing.Await;
import io.shoal.metadata.command.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.retry.RetryPolicies;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same code with three servers, over Ratis's own transport. */
final class ThreePeersTest {
  @TempDir Path directory;

  private LogGroup group;

  @BeforeEach
  void start() throws IOException {
    group = LogGroup.founded(directory, 3);
  }

  @AfterEach
  void stop() throws IOException {
    group.close();
  }

  @Test
  @Tag("long")
  void submit_isAppliedByAllAndRefusedByFollowers_whoNameTheLeader() {
    LogServer leader = group.awaitLeader();
    String address = group.peerOf(group.idOf(leader)).service().toString();
    for (int i = 0; i < 50; i++) {
      Await.result(leader.log.submit(CounterMachine.add(1)));
    }
    for (LogServer server : group.servers()) {
      Await.until("applied", () -> server.counter() == 50);
      if (server != leader) {
        ShoalException refused = Await.failure(server.log.submit(CounterMachine.add(1)));
        assertThat(refused.code()).isEqualTo(ErrorCode.NOT_LEADER);
        assertThat(refused.subject()).isEqualTo(address);
        assertThat(Await.failure(server.log.readBarrier()).code()).isEqualTo(ErrorCode.NOT_LEADER);
      }
    }
  }

  /** Ratis has protocols of its own for clients and administrators, without authorisation. */
  @Test
  void raftPort_servesPeersOnly() throws IOException {
    group.awaitLeader();
    Peer peer = group.peerOf("m0");
    RaftPeer target =
        RaftPeer.newBuilder().setId(peer.id()).setAddress("127.0.0.1:" + peer.raftPort()).build();
    try (RaftClient stranger =
        RaftClient.newBuilder()
            .setProperties(new RaftProperties())
            .setRaftGroup(RaftGroup.valueOf(RaftGroupId.valueOf(LogServer.GROUP), target))
            .setRetryPolicy(RetryPolicies.noRetry())
            .build()) {
      assertThatThrownBy(() -> stranger.io().send(Message.valueOf("mine")))
          .hasStackTraceContaining("PERMISSION_DENIED");
      assertThatThrownBy(() -> stranger.getGroupManagementApi(target.getId()).list())
          .hasStackTraceContaining("PERMISSION_DENIED");
    }
  }

  /** Rule R1. */
  @Test
  @Tag("long")
  void readBarrier_completesWithAnEntryOfItsOwn() {
    LogServer leader = group.awaitLeader();
    Await.result(leader.log.submit(CounterMachine.add(1)));
    long before = leader.appliedIndex();

    Await.result(leader.log.readBarrier());

    assertThat(leader.appliedIndex()).isEqualTo(before + 1);
  }

  @Test
  @Tag("long")
  void readBarrier_withoutMajority_doesNotComplete() throws IOException {
    LogServer leader = group.awaitLeader();
    for (LogServer server : group.servers()) {
      if (server != leader) {
        group.stop(group.idOf(server));
      }
    }

    CompletableFuture<Void> barrier = leader.log.readBarrier();

    assertThat(Await.failure(barrier).code()).isIn(ErrorCode.OUTCOME_UNKNOWN, ErrorCode.NOT_LEADER);
    Await.until("told", () -> leader.events.size() == 2);
    assertThat(leader.events.get(1)).startsWith("lost ");
  }

  /** Rule X1: what was acknowledged is there under the next leader. */
  @Test
  @Tag("long")
  void leaderStops_othersGoOnWithAllThatWasAcknowledged() throws IOException {
    LogServer leader = group.awaitLeader();
    List<CompletableFuture<Reply>> replies = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      replies.add(leader.log.submit(CounterMachine.add(1)));
    }
    group.stop(group.idOf(leader));
    long acknowledged =
        replies.stream()
            .filter(reply -> reply.isDone() && !reply.isCompletedExceptionally())
            .count();

    LogServer next = group.awaitLeader();

    assertThat(next.counter()).isBetween(acknowledged, 500L);
    Await.result(next.log.submit(CounterMachine.add(1)));
    Await.result(next.log.readBarrier());
  }

  /** Rule S2: a defect, or a disk that lies, made its state another one: nobody may read that. */
  @Test
  void stateOfAFollower_isNotThatOfTheLeader_itStops() {
    group.add(3);
    LogServer deviating = group.get(group.follower());
    deviating.machine.deviate(true);
    group.add(1);
    Await.until("applied", () -> deviating.counter() == 4);
    deviating.machine.deviate(false);
    group.add(300);
    Await.until("it notices", () -> !deviating.faults.isEmpty());
    assertThat(deviating.faults.get(0)).hasMessageContaining("is another one than the leader's");
    assertThat(deviating.counter()).isLessThan(304);
    for (LogServer server : group.servers()) {
      if (server != deviating) {
        Await.until("the others go on", () -> server.counter() == 304);
        assertThat(server.faults).isEmpty();
      }
    }
  }

  /** Its last entry is the last that the others deleted: they can't tell what it was. */
  @Test
  void peerWasAway_andEndsWhereTheLogOfTheOthersBegins_goesOn() throws IOException {
    group.add(20);
    long last = group.awaitLeader().appliedIndex();
    for (LogServer server : group.servers()) {
      Await.until("applied", () -> server.appliedIndex() == last);
    }
    String away = group.follower();
    group.stop(away);
    group.restart(group.idOf(group.awaitLeader()));
    group.add(250);

    LogServer back = group.startAgain(away);
    Await.until("it has all", () -> back.counter() == 270);
    group.add(10);
    Await.until("it goes on", () -> back.counter() == 280);
    assertThat(back.faults).isEmpty();
  }

  /** The log of the others does not go back to where it was any more. */
  @Test
  @Tag("long")
  void peerWasAway_getsASnapshot_andTheEntriesBehindIt() throws IOException {
    group.add(20);
    String away = group.follower();
    group.stop(away);
    group.add(150);
    // Another term begins another segment of the log, and whole segments are what is deleted.
    group.restart(group.idOf(group.awaitLeader()));
    group.add(300);

    LogServer back = group.startAgain(away);
    Await.until("it has all", () -> back.counter() == 470);
    assertThat(back.installations.get()).isEqualTo(1);
    group.add(30);
    Await.until("it goes on", () -> back.counter() == 500);
    // With what was installed, a restart needs no other one.
    LogServer again = group.restart(away);
    Await.until("it has all", () -> again.counter() == 500);
    assertThat(again.installations.get()).isZero();
    assertThat(again.faults).isEmpty();
  }
}
