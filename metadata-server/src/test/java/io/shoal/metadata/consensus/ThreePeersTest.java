package io.shoal.metadata.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.testing.Await;
import io.shoal.metadata.command.Reply;
import io.shoal.metadata.consensus.raft.Peer;
import io.shoal.metadata.consensus.snapshot.SnapshotSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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

  private final List<LogServer> servers = new ArrayList<>();
  private final List<Peer> peers = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    for (int i = 0; i < 3; i++) {
      peers.add(new Peer("m" + i, new HostPort("127.0.0.1", 7_400 + i), freePort()));
    }
    for (Peer peer : peers) {
      servers.add(started(peer));
    }
  }

  private LogServer started(Peer peer) throws IOException {
    return LogServer.started(
        LogServer.settings(
            directory.resolve(peer.id()), new SnapshotSettings(100, 1 << 20, 2), peer.id(), peers));
  }

  @AfterEach
  void stop() throws IOException {
    for (LogServer server : servers) {
      server.close();
    }
  }

  @Test
  @Tag("long")
  void submit_isAppliedByAllAndRefusedByFollowers_whoNameTheLeader() {
    LogServer leader = awaitLeader();
    String address = peers.get(servers.indexOf(leader)).service().toString();
    for (int i = 0; i < 50; i++) {
      Await.result(leader.log.submit(CounterMachine.add(1)));
    }
    for (LogServer server : servers) {
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
    awaitLeader();
    Peer peer = peers.get(0);
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
    LogServer leader = awaitLeader();
    Await.result(leader.log.submit(CounterMachine.add(1)));
    long before = leader.appliedIndex();

    Await.result(leader.log.readBarrier());

    assertThat(leader.appliedIndex()).isEqualTo(before + 1);
  }

  @Test
  @Tag("long")
  void readBarrier_withoutMajority_doesNotComplete() throws IOException {
    LogServer leader = awaitLeader();
    for (LogServer server : List.copyOf(servers)) {
      if (server != leader) {
        server.close();
        servers.remove(server);
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
    LogServer leader = awaitLeader();
    List<CompletableFuture<Reply>> replies = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      replies.add(leader.log.submit(CounterMachine.add(1)));
    }
    leader.close();
    servers.remove(leader);
    long acknowledged =
        replies.stream()
            .filter(reply -> reply.isDone() && !reply.isCompletedExceptionally())
            .count();

    LogServer next = awaitLeader();

    assertThat(next.counter()).isBetween(acknowledged, 500L);
    Await.result(next.log.submit(CounterMachine.add(1)));
    Await.result(next.log.readBarrier());
  }

  /** The log of the others does not go back to where it was any more. */
  @Test
  void peerWasAway_getsASnapshot_andTheEntriesBehindIt() throws IOException {
    LogServer leader = awaitLeader();
    add(20);
    int away = (servers.indexOf(leader) + 1) % 3;
    servers.get(away).close();
    add(150);
    // Another term begins another segment of the log, and whole segments are what is deleted.
    restart(servers.indexOf(leader));
    add(300);

    restart(away);
    LogServer back = servers.get(away);
    Await.until("it has all", () -> back.counter() == 470);
    assertThat(back.installations.get()).isEqualTo(1);
    add(30);
    Await.until("it goes on", () -> back.counter() == 500);
    // With what was installed, a restart needs no other one.
    restart(away);
    LogServer again = servers.get(away);
    Await.until("it has all", () -> again.counter() == 500);
    assertThat(again.installations.get()).isZero();
    assertThat(again.faults).isEmpty();
  }

  private void add(int times) {
    for (int i = 0; i < times; i++) {
      Await.result(awaitLeader().log.submit(CounterMachine.add(1)));
    }
  }

  private void restart(int index) throws IOException {
    servers.get(index).close();
    servers.set(index, started(peers.get(index)));
  }

  private LogServer awaitLeader() {
    Await.until("a leader", () -> servers.stream().anyMatch(server -> server.log.isLeader()));
    return servers.stream().filter(server -> server.log.isLeader()).findFirst().orElseThrow();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
