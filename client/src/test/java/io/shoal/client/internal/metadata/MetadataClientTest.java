package io.shoal.client.internal.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.shoal.client.ClientConfig;
import io.shoal.client.internal.pipeline.PipelineSettings;
import io.shoal.client.testing.FakeMetadataServer;
import io.shoal.client.testing.FakeMetadataServer.Behaviour;
import io.shoal.client.testing.FakeNamespace;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.rpc.EventLoops;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.rpc.RpcServer;
import io.shoal.common.rpc.RpcServers;
import io.shoal.common.rpc.RpcSettings;
import io.shoal.common.testing.Await;
import io.shoal.common.testing.ClosedPort;
import io.shoal.common.testing.FakeClock;
import io.shoal.proto.v1.MkdirsReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.NamespaceRequest.RequestCase;
import io.shoal.proto.v1.StatReply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetadataClientTest {
  /** Long enough for a few attempts on a machine that stalls, short enough to be waited for. */
  private static final Duration UNREACHABLE = Duration.ofSeconds(2);

  private final FakeNamespace namespace = new FakeNamespace();
  private final FakeMetadataServer server = new FakeMetadataServer(namespace);

  /** Outlives the client, which else would wait for it by a clock that stands still. */
  private final FakeMetadataServer other = new FakeMetadataServer(namespace);

  private final MetadataFixture fixture = new MetadataFixture();

  private final List<ClosedPort> closedPorts = new ArrayList<>();

  @AfterEach
  void end() {
    server.behave(request -> Behaviour.SERVE);
    fixture.close();
    server.close();
    other.close();
    closedPorts.forEach(ClosedPort::close);
  }

  // ---------------------------------------------------------------------------------------- calls

  @Test
  void call_manyAtOnce_allAnsweredOnOneStream() {
    fixture.client(server.address());
    List<CompletableFuture<StatReply>> replies = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      replies.add(fixture.stat("/", fixture.deadline()));
    }
    replies.forEach(reply -> assertThat(Await.result(reply).getStatus().getInodeId()).isPositive());
    assertThat(server.streams()).isEqualTo(1);
  }

  @Test
  void call_errorInReply_isTypedFailure() {
    fixture.client(server.address());
    ShoalException failure = Await.failure(fixture.stat("/missing", fixture.deadline()));
    assertThat(failure.code()).isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(failure.subject()).isEqualTo("/missing");
  }

  @Test
  void call_readsOnly_opensNoSession() {
    fixture.client(server.address());
    Await.result(fixture.stat("/", fixture.deadline()));
    assertThat(server.receivedCount(RequestCase.OPEN_SESSION)).isZero();
  }

  @Test
  void call_requestLargerThanACommand_refusedWithoutBreakingTheStream() {
    fixture.client(server.address());
    Await.result(fixture.stat("/", fixture.deadline()));
    ShoalException failure = Await.failure(fixture.mkdir("/" + "x".repeat(2 << 20)));
    assertThat(failure.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    Await.result(fixture.stat("/", fixture.deadline()));
    assertThat(server.streams()).isEqualTo(1);
  }

  @Test
  void call_moreThanTheLimit_overloaded() {
    fixture
        .withLimits(new PipelineSettings.Limits(3, 1 << 20, 2, 1 << 20, 1 << 10))
        .client(server.address());
    server.behave(request -> Behaviour.HOLD_REPLY);
    List<CompletableFuture<StatReply>> replies = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      replies.add(fixture.stat("/", fixture.deadline()));
    }
    Await.until("two in flight", () -> server.heldCount() == 2);
    assertThat(Await.failure(fixture.stat("/", fixture.deadline())).code())
        .isEqualTo(ErrorCode.OVERLOADED);
    server.releaseHeld();
    replies.forEach(Await::result);
  }

  @Test
  void call_serverOverloaded_triedAgainUntilServed() {
    fixture.client(server.address());
    server.behaveOnce(RequestCase.MKDIRS, Behaviour.OVERLOADED);
    Await.result(fixture.mkdir("/a"));
    assertThat(server.receivedCount(RequestCase.MKDIRS)).isEqualTo(2);
  }

  @Test
  void call_cancelledBeforeItsAnswer_answerIsDroppedAndNothingBreaks() {
    fixture.client(server.address());
    server.behave(request -> Behaviour.HOLD_REPLY);
    CompletableFuture<StatReply> cancelled = fixture.stat("/", fixture.deadline());
    Await.until("held", () -> server.heldCount() == 1);
    cancelled.cancel(false);
    server.releaseHeld();
    Await.result(fixture.stat("/", fixture.deadline()));
    assertThat(server.streams()).isEqualTo(1);
  }

  // ------------------------------------------------------------------------------------ deadlines

  @Test
  void call_readWithoutAnswer_deadlineExceeded() {
    fixture.client(server.address());
    server.behave(request -> Behaviour.IGNORE);
    ShoalException failure = Await.failure(fixture.stat("/", fixture.deadline(50)));
    assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
  }

  @Test
  void call_mutationWithoutAnswer_outcomeUnknown() {
    fixture.client(server.address());
    Await.result(fixture.mkdir("/first"));
    server.behave(request -> Behaviour.IGNORE);
    ShoalException failure = Await.failure(fixture.mkdir("/a", fixture.deadline(50)));
    assertThat(failure.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
    assertThat(failure).hasMessageContaining("mkdirs may or may not have taken effect");
  }

  @Test
  void call_mutationAlwaysRefused_deadlineExceededBecauseItWasSurelyNotExecuted() {
    fixture.client(server.address());
    Await.result(fixture.mkdir("/first"));
    // No attempt may be under way at the deadline: then its outcome would be unknown.
    server.behave(request -> Behaviour.OVERLOADED_FOR_LONG);
    ShoalException failure = Await.failure(fixture.mkdir("/a", fixture.deadline(2_000)));
    assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(failure).hasMessageContaining("too much to do");
  }

  @Test
  void call_timeoutOnTheWire_isWhatIsLeftOfTheDeadline() {
    fixture.client(server.address());
    Await.result(fixture.stat("/", fixture.deadline(7_000)));
    assertThat(server.received().get(0).getTimeoutMillis()).isBetween(1, 7_000);
  }

  // ---------------------------------------------------------------------------------- exactly once

  @Test
  void mutation_replyLost_executedOnceUnderTheSameSequence() {
    fixture.client(server.address());
    server.behaveOnce(RequestCase.MKDIRS, Behaviour.LOSE_REPLY);
    MkdirsReply reply = Await.result(fixture.mkdir("/a"));
    assertThat(reply.getCreated()).isEqualTo(1);
    assertThat(namespace.executedCount(RequestCase.MKDIRS)).isEqualTo(1);
    List<Long> sequences =
        server.received().stream()
            .filter(NamespaceRequest::hasMkdirs)
            .map(request -> request.getStamp().getSequence())
            .toList();
    assertThat(sequences).containsExactly(1L, 1L);
  }

  @Test
  void mutation_leadershipLostBeforeTheAnswer_executedOnce() {
    fixture.client(server.address());
    server.behaveOnce(RequestCase.MKDIRS, Behaviour.OUTCOME_UNKNOWN);
    Await.result(fixture.mkdir("/a"));
    assertThat(namespace.executedCount(RequestCase.MKDIRS)).isEqualTo(1);
  }

  @Test
  void streamBroken_manyInFlight_allAnsweredOnTheNextStream() {
    fixture.client(server.address());
    Await.result(fixture.mkdir("/first"));
    server.behave(request -> Behaviour.HOLD_REPLY);
    List<CompletableFuture<MkdirsReply>> replies = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      replies.add(fixture.mkdir("/d" + i));
    }
    Await.until("held", () -> server.heldCount() == 50);
    server.behaveOnce(RequestCase.STAT, Behaviour.LOSE_REQUEST);
    Await.result(fixture.stat("/", fixture.deadline()));
    replies.forEach(reply -> assertThat(Await.result(reply).getCreated()).isEqualTo(1));
    assertThat(namespace.executedCount(RequestCase.MKDIRS)).isEqualTo(51);
    assertThat(server.streams()).isEqualTo(2);
  }

  @Test
  void session_saysWhomTheFilesBelongTo() {
    fixture.client(server.address());
    MkdirsReply made = Await.result(fixture.mkdir("/a"));
    assertThat(made.getStatus().getOwner()).isEqualTo("ann");
    assertThat(made.getStatus().getGroup()).isEqualTo("staff");
    namespace.expireSessions();
    assertThat(Await.result(fixture.mkdir("/b")).getStatus().getOwner()).isEqualTo("ann");
  }

  @Test
  void settings_haveTheOwnerOfTheConfiguration() {
    ClientConfig config = ClientConfig.forCluster("127.0.0.1:7400").withOwner("bob", "guests");
    assertThat(MetadataClient.settingsOf(config).client())
        .isEqualTo(new PipelineSettings.ClientDescription("shoal-client", "bob", "guests"));
  }

  @Test
  void openSession_replyLost_oneSession() {
    fixture.client(server.address());
    server.behaveOnce(RequestCase.OPEN_SESSION, Behaviour.LOSE_REPLY);
    Await.result(fixture.mkdir("/a"));
    assertThat(namespace.sessionCount()).isEqualTo(1);
  }

  @Test
  void mutation_moreThanTheWindow_waitForRoom() {
    namespace.setSessions(60_000, 4);
    fixture.client(server.address());
    server.behave(request -> request.hasMkdirs() ? Behaviour.HOLD_REPLY : Behaviour.SERVE);
    List<CompletableFuture<MkdirsReply>> replies = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      replies.add(fixture.mkdir("/d" + i));
    }
    Await.until("window full", () -> server.heldCount() == 4);
    Await.result(fixture.stat("/", fixture.deadline()));
    assertThat(server.receivedCount(RequestCase.MKDIRS)).isEqualTo(4);
    server.releaseHeld();
    replies.forEach(Await::result);
    assertThat(namespace.executedCount(RequestCase.MKDIRS)).isEqualTo(20);
  }

  @Test
  void mutation_cancelledInFlight_givesItsPlaceInTheWindowBack() {
    namespace.setSessions(60_000, 1);
    fixture.client(server.address());
    Await.result(fixture.mkdir("/first"));
    server.behave(request -> Behaviour.IGNORE);
    CompletableFuture<MkdirsReply> stuck = fixture.mkdir("/a");
    Await.until("arrived", () -> server.receivedCount(RequestCase.MKDIRS) == 2);
    server.behave(request -> Behaviour.SERVE);
    CompletableFuture<MkdirsReply> next = fixture.mkdir("/b");
    assertThat(next).isNotDone();
    stuck.cancel(false);
    Await.result(next);
  }

  // --------------------------------------------------------------------------------------- servers

  @Test
  void servers_oneDoesNotLead_itsHintIsFollowed() {
    server.follow("");
    try (FakeMetadataServer second = new FakeMetadataServer(namespace)) {
      server.follow(second.address().toString());
      fixture.client(server.address());
      Await.result(fixture.mkdir("/a"));
      assertThat(second.receivedCount(RequestCase.MKDIRS)).isEqualTo(1);
    }
  }

  @Test
  void servers_oneDoesNotLeadAndKnowsNoLeader_theNextIsAsked() {
    server.follow("");
    try (FakeMetadataServer second = new FakeMetadataServer(namespace)) {
      fixture.client(server.address(), second.address());
      Await.result(fixture.mkdir("/a"));
      assertThat(second.receivedCount(RequestCase.MKDIRS)).isEqualTo(1);
    }
  }

  @Test
  void servers_pointAtEachOtherUntilOneLeads_callSucceedsWithoutAStorm() {
    try (FakeMetadataServer second = new FakeMetadataServer(namespace)) {
      server.follow(second.address().toString());
      second.follow(server.address().toString());
      fixture.client(server.address(), second.address());
      CompletableFuture<MkdirsReply> reply = fixture.mkdir("/a");
      Await.until("asked", () -> server.streams() + second.streams() > 4);
      second.lead();
      Await.result(reply);
      assertThat(server.streams() + second.streams()).isLessThan(40);
    }
  }

  @Test
  void servers_leaderChangesWithCallsInFlight_eachExecutedOnce() {
    try (FakeMetadataServer second = new FakeMetadataServer(namespace)) {
      second.follow(server.address().toString());
      fixture.client(server.address(), second.address());
      Await.result(fixture.mkdir("/first"));
      List<CompletableFuture<MkdirsReply>> replies = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        if (i == 100) {
          second.lead();
          server.follow(second.address().toString());
        }
        replies.add(fixture.mkdir("/d" + i));
      }
      replies.forEach(reply -> assertThat(Await.result(reply).getCreated()).isEqualTo(1));
      assertThat(namespace.executedCount(RequestCase.MKDIRS)).isEqualTo(201);
    }
  }

  @Test
  void servers_connectedOneSaysNothing_theOtherServes() {
    FakeClock clock = new FakeClock();
    fixture.with(clock).withoutPauses().client(server.address(), other.address());
    Await.result(fixture.mkdir("/first"));
    server.behave(request -> Behaviour.IGNORE);
    CompletableFuture<MkdirsReply> reply = fixture.mkdir("/a");
    Await.until("asked", () -> server.receivedCount(RequestCase.MKDIRS) == 2);
    clock.advance(Duration.ofMillis(1_999));
    assertThat(other.streams()).isZero();
    clock.advance(Duration.ofMillis(1));
    assertThat(Await.result(reply).getCreated()).isEqualTo(1);
    assertThat(other.receivedCount(RequestCase.MKDIRS)).isEqualTo(1);
    assertThat(namespace.executedCount(RequestCase.MKDIRS)).isEqualTo(2);
  }

  @Test
  void servers_oneIsSlowWithACallAndAnswersOthers_isNotLeft() {
    FakeClock clock = new FakeClock();
    fixture.with(clock).client(server.address(), other.address());
    Await.result(fixture.mkdir("/first"));
    server.behaveOnce(RequestCase.MKDIRS, Behaviour.HOLD_REPLY);
    CompletableFuture<MkdirsReply> slow = fixture.mkdir("/slow");
    for (int i = 0; i < 5; i++) {
      clock.advance(Duration.ofMillis(1_500));
      Await.result(fixture.stat("/", fixture.deadline()));
    }
    server.releaseHeld();
    assertThat(Await.result(slow).getCreated()).isEqualTo(1);
    assertThat(server.streams()).isEqualTo(1);
    assertThat(other.streams()).isZero();
  }

  @Test
  void servers_onlyOneAndItSaysNothing_isAskedAgainLessAndLess() {
    FakeClock clock = new FakeClock();
    fixture.with(clock).withoutPauses().client(server.address());
    Await.result(fixture.mkdir("/first"));
    server.behave(request -> Behaviour.IGNORE);
    CompletableFuture<MkdirsReply> reply = fixture.mkdir("/a", fixture.deadline(60_000));
    int asked = 1;
    for (int seconds : new int[] {2, 4, 8, 16}) {
      asked++;
      int expected = asked;
      Await.until("asked", () -> server.receivedCount(RequestCase.MKDIRS) == expected);
      clock.advance(Duration.ofSeconds(seconds));
    }
    server.behave(request -> Behaviour.SERVE);
    clock.advance(Duration.ofSeconds(16));
    assertThat(Await.result(reply).getCreated()).isEqualTo(1);
    assertThat(namespace.executedCount(RequestCase.MKDIRS)).isEqualTo(2);
  }

  @Test
  void servers_restartedOnTheSamePort_callWaitsForIt() {
    fixture.client(server.address());
    Await.result(fixture.mkdir("/a"));
    int port = server.address().port();
    server.close();
    CompletableFuture<MkdirsReply> reply = fixture.mkdir("/b");
    try (FakeMetadataServer again = new FakeMetadataServer(namespace, port)) {
      Await.result(reply);
      assertThat(namespace.executedCount(RequestCase.MKDIRS)).isEqualTo(2);
      assertThat(again.receivedCount(RequestCase.OPEN_SESSION)).isZero();
    }
  }

  @Test
  void servers_nobodyListens_failsAfterTheConnectTimeoutAndNamesTheAddress() {
    HostPort nobody = nobody();
    fixture.withConnectTimeout(UNREACHABLE).client(nobody);
    ShoalException failure = Await.failure(fixture.stat("/", fixture.deadline()));
    assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(failure.getMessage())
        .matches(
            "cannot reach a metadata server at %s within [0-9.]+ s: connection refused"
                .formatted(nobody));
    assertThat(Await.failure(fixture.mkdir("/a")).code()).isEqualTo(ErrorCode.UNAVAILABLE);
  }

  @Test
  void servers_nobodyListens_failsInTimeWhateverThePauses() {
    FakeClock clock = new FakeClock();
    HostPort nobody = nobody();
    fixture.with(clock).withLongPauses().withConnectTimeout(UNREACHABLE).client(nobody);
    CompletableFuture<StatReply> reply = fixture.stat("/", fixture.deadline());
    Await.until(
        "it gives up",
        () -> {
          clock.advanceMillis(5);
          return reply.isDone();
        });
    assertThat(Await.failure(reply)).hasMessageContaining(" within 2.");
  }

  @Test
  void servers_nobodyListensAtSeveral_everyAddressIsNamed() {
    HostPort first = nobody();
    HostPort second = nobody();
    fixture.withConnectTimeout(UNREACHABLE).client(first, second);
    ShoalException failure = Await.failure(fixture.stat("/", fixture.deadline()));
    assertThat(failure)
        .hasMessageContaining(first + ": connection refused")
        .hasMessageContaining(second + ": connection refused");
  }

  @Test
  void servers_addressTakesConnectionsAndSaysNothing_failsAfterTheConnectTimeout()
      throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      fixture
          .withConnectTimeout(UNREACHABLE)
          .client(new HostPort("127.0.0.1", silent.getLocalPort()));
      ShoalException failure = Await.failure(fixture.stat("/", fixture.deadline()));
      assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(failure).hasMessageContaining("no answer within");
    }
  }

  @Test
  void servers_addressIsOfAnotherService_saysSoAtOnce() {
    EventLoops loops = EventLoops.start("other", 1, UnpooledByteBufAllocator.DEFAULT);
    RpcServer other =
        RpcServers.start(new HostPort("127.0.0.1", 0), List.of(), loops, RpcSettings.defaults());
    try {
      fixture.withConnectTimeout(Duration.ofMinutes(1)).client(other.address());
      ShoalException failure = Await.failure(fixture.mkdir("/a"));
      assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(failure).hasMessageContaining("not a metadata server");
    } finally {
      other.close(Duration.ZERO);
      loops.close();
    }
  }

  @Test
  void servers_deadOneFirst_theOtherServes() {
    fixture.client(nobody(), server.address());
    Await.result(fixture.mkdir("/a"));
  }

  @Test
  void servers_hostUnknown_saysSo() {
    fixture.withConnectTimeout(UNREACHABLE).client(new HostPort("no-such-host.invalid", 7_400));
    ShoalException failure = Await.failure(fixture.stat("/", fixture.deadline()));
    assertThat(failure).hasMessageContaining("no-such-host.invalid:7400");
    assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
  }

  // --------------------------------------------------------------------------------------- cluster

  @Test
  void cluster_describedAndListed() {
    MetadataClient client = fixture.client(server.address());
    assertThat(Await.result(client.describeCluster(fixture.deadline())).getClusterId())
        .isEqualTo("fake");
    assertThat(Await.result(client.listNodes(fixture.deadline())).getNodesCount()).isEqualTo(2);
  }

  @Test
  void cluster_askedOfOneThatDoesNotLead_theLeaderAnswers() {
    try (FakeMetadataServer second = new FakeMetadataServer(namespace)) {
      server.follow(second.address().toString());
      MetadataClient client = fixture.client(server.address());
      assertThat(Await.result(client.describeCluster(fixture.deadline())).getClusterId())
          .isEqualTo("fake");
    }
  }

  @Test
  void cluster_nobodyListens_failsAfterTheConnectTimeout() {
    MetadataClient client = fixture.withConnectTimeout(UNREACHABLE).client(nobody());
    ShoalException failure = Await.failure(client.describeCluster(fixture.deadline()));
    assertThat(failure).hasMessageContaining("connection refused");
  }

  // ----------------------------------------------------------------------------------------- close

  @Test
  void close_withCallsInFlight_failsThemAndEndsTheSession() {
    MetadataClient client = fixture.client(server.address());
    Await.result(fixture.mkdir("/a"));
    server.behave(request -> request.hasStat() ? Behaviour.IGNORE : Behaviour.SERVE);
    CompletableFuture<StatReply> open = fixture.stat("/", fixture.deadline());
    Await.until("arrived", () -> server.receivedCount(RequestCase.STAT) == 1);
    Await.result(client.close());
    assertThat(Await.failure(open).code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(namespace.sessionCount()).isZero();
    assertThat(Await.failure(fixture.stat("/", fixture.deadline())).code())
        .isEqualTo(ErrorCode.CANCELLED);
  }

  @Test
  void close_neverUsed_endsAtOnce() {
    Await.result(fixture.client(server.address()).close());
    assertThat(server.streams()).isZero();
  }

  @Test
  void call_withinTheCompletionOfAnotherOne_answered() {
    fixture.client(server.address());
    CompletableFuture<StatReply> second =
        fixture
            .stat("/", fixture.deadline())
            .thenCompose(reply -> fixture.stat("/", fixture.deadline()));
    assertThat(Await.result(second).getStatus().getInodeId()).isPositive();
  }

  /** Returns an address at which nobody listens until the test ends. */
  private HostPort nobody() {
    ClosedPort port = new ClosedPort();
    closedPorts.add(port);
    return port.address();
  }
}
