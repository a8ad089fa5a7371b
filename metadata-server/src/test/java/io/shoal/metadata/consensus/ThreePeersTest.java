package io.shoal.metadata.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same code with three servers, over Ratis's own transport. */
@Tag("long")
@Tag("long")
final class ThreePeersTest {
  @TempDir Path directory;

  private final List<LogServer> servers = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    List<Peer> peers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      peers.add(new Peer("m" + i, "127.0.0.1", freePort()));
    }
    for (Peer peer : peers) {
      servers.add(
          LogServer.started(
              LogServer.settings(
                  directory.resolve(peer.id()), SnapshotSettings.DEFAULT, peer.id(), peers)));
    }
  }

  @AfterEach
  void stop() throws IOException {
    for (LogServer server : servers) {
      server.close();
    }
  }

  @Test
  void submit_isAppliedByAllAndRefusedByFollowers() {
    LogServer leader = awaitLeader();
    for (int i = 0; i < 50; i++) {
      Await.result(leader.log.submit(CounterMachine.add(1)));
    }
    for (LogServer server : servers) {
      Await.until("applied", () -> server.counter() == 50);
      if (server != leader) {
        assertThat(Await.failure(server.log.submit(CounterMachine.add(1))).code())
            .isEqualTo(ErrorCode.NOT_LEADER);
        assertThat(Await.failure(server.log.readBarrier()).code()).isEqualTo(ErrorCode.NOT_LEADER);
      }
    }
  }

  /** Rule R1. */
  @Test
  void readBarrier_completesWithAnEntryOfItsOwn() {
    LogServer leader = awaitLeader();
    Await.result(leader.log.submit(CounterMachine.add(1)));
    long before = leader.appliedIndex();

    Await.result(leader.log.readBarrier());

    assertThat(leader.appliedIndex()).isEqualTo(before + 1);
  }

  @Test
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
