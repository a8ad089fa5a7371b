package io.shoal.metadata.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.testing.Await;
import io.shoal.metadata.cluster.ClusterQueries;
import io.shoal.metadata.command.ClusterCommand.RegisterNode;
import io.shoal.metadata.command.MaintenanceCommand.Tick;
import io.shoal.proto.v1.ChunkVerdict;
import io.shoal.proto.v1.ListNodesRequest;
import io.shoal.proto.v1.NodeDescription;
import io.shoal.proto.v1.NodeLiveness;
import io.shoal.proto.v1.NodeReloaded;
import io.shoal.proto.v1.NodeReport;
import io.shoal.proto.v1.ReloadNodeReply;
import io.shoal.proto.v1.ReloadNodeRequest;
import io.shoal.proto.v1.VolumeHealth;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The bond between a storage node and the leader. */
class AttachTest {
  private static ShoalException failureOf(TestServer server, TestNode node) {
    Throwable thrown = catchThrowable(() -> Await.result(node.ended()));
    return RpcErrors.fromThrowable(thrown, server.address());
  }

  private static NodeDescription describe(TestServer server, int nodeId) {
    return server.cluster().listNodes(ListNodesRequest.getDefaultInstance()).getNodesList().stream()
        .filter(node -> node.getAddress().getNodeId() == nodeId)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void attach_nodeThatKnowsTheSecret_isRegisteredAndTold() {
    try (TestServer server = TestServer.leader();
        TestNode node = server.attach(1)) {
      assertThat(node.registered().getNodeId()).isEqualTo(1);
      assertThat(node.registered().getHeartbeatIntervalMillis()).isEqualTo(3_000);
      assertThat(node.registered().getSigningKeysList())
          .singleElement()
          .satisfies(key -> assertThat(key.getSecret().size()).isEqualTo(32));
      NodeDescription described = describe(server, 1);
      assertThat(described.getAddress().getHost()).isEqualTo("10.0.0.1");
      assertThat(described.getAddress().getLiveness()).isEqualTo(NodeLiveness.NODE_LIVENESS_ALIVE);
      assertThat(described.getVersion()).isEqualTo("1.2.3");
    }
  }

  @Test
  void attach_knownNode_keepsItsNumber() {
    try (TestServer server = TestServer.leader()) {
      int first;
      try (TestNode node = server.attach(4)) {
        first = node.nodeId();
      }
      try (TestNode other = server.attach(5);
          TestNode again = server.attach(4)) {
        assertThat(again.nodeId()).isEqualTo(first);
        assertThat(other.nodeId()).isNotEqualTo(first);
      }
    }
  }

  @Test
  void attach_wrongSecret_isRefusedAndNotRecorded() {
    try (TestServer server = TestServer.leader();
        TestNode node = server.newNode(1).withSecret(ClusterSecret.of("a secret of others"))) {
      node.register();
      assertThat(failureOf(server, node).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
      assertThat(server.log.countOf(RegisterNode.class)).isZero();
    }
  }

  @Test
  void attach_volumesOfAnotherCluster_isRefusedWithBothNames() {
    try (TestServer server = TestServer.leader();
        TestNode node = server.newNode(1).withClusterId("cluster-of-others")) {
      node.register();
      ShoalException failure = failureOf(server, node);
      assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
      String own = new ClusterQueries(server.log.view()).identity().clusterId();
      assertThat(failure.getMessage()).contains("cluster-of-others").contains(own);
      assertThat(server.log.countOf(RegisterNode.class)).isZero();
    }
  }

  @Test
  void attach_serverThatDoesNotLead_isRefused() {
    try (TestServer server = TestServer.follower();
        TestNode node = server.newNode(1)) {
      node.register();
      ShoalException failure = failureOf(server, node);
      assertThat(failure.code()).isEqualTo(ErrorCode.NOT_LEADER);
      assertThat(failure.subject()).isEqualTo("10.0.0.7:9200");
    }
  }

  @Test
  void attach_anythingBeforeTheRegistration_isRefused() {
    try (TestServer server = TestServer.leader();
        TestNode node = server.newNode(1)) {
      node.deleted(List.of(1L));
      assertThat(failureOf(server, node).code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }
  }

  @Test
  void attach_noRegistrationInTime_isEnded() {
    try (TestServer server = TestServer.leader();
        TestNode node = server.newNode(1)) {
      Await.until("the alarm is set", () -> server.clock.pendingTasks() > TestServer.IDLE_TASKS);
      server.clock.advanceMillis(10_000);
      assertThat(failureOf(server, node).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    }
  }

  @Test
  void attach_sameNodeAgain_fencesTheOlderStream() {
    try (TestServer server = TestServer.leader();
        TestNode older = server.attach(1);
        TestNode newer = server.attach(1)) {
      assertThat(failureOf(server, older).code()).isEqualTo(ErrorCode.FENCED);
      newer.heartbeat();
      assertThat(newer.nodeId()).isEqualTo(older.nodeId());
    }
  }

  private static CompletableFuture<ReloadNodeReply> reload(TestServer server, int nodeId) {
    ReloadNodeRequest request = ReloadNodeRequest.newBuilder().setNodeId(nodeId).build();
    // Not the common pool: with two processors it has one thread, and this one waits.
    return CompletableFuture.supplyAsync(
        () -> server.cluster().reloadNode(request), task -> new Thread(task, "reload").start());
  }

  private static ErrorCode failureOf(TestServer server, CompletableFuture<?> call) {
    Throwable thrown = catchThrowable(() -> Await.result(call));
    return RpcErrors.fromThrowable(thrown, server.address()).code();
  }

  @Test
  void reload_volumesChanged_isTold_andEndsTheStream() {
    try (TestServer server = TestServer.leader();
        TestNode node = server.attach(1)) {
      CompletableFuture<ReloadNodeReply> asked = reload(server, node.nodeId());
      Await.until("the node is told", () -> node.wasToldToReload());
      ReloadNodeReply reply =
          ReloadNodeReply.newBuilder().addAddedDirectories("/new").setNeedsRestart(true).build();
      node.send(NodeReport.newBuilder().setReloaded(NodeReloaded.newBuilder().setReply(reply)));
      assertThat(Await.result(asked)).isEqualTo(reply);
      Await.result(node.ended());
    }
  }

  @Test
  void reload_refusedByTheNode_isTold_andTheBondStays() {
    try (TestServer server = TestServer.leader();
        TestNode node = server.attach(1)) {
      CompletableFuture<ReloadNodeReply> asked = reload(server, node.nodeId());
      Await.until("the node is told", () -> node.wasToldToReload());
      assertThat(failureOf(server, reload(server, node.nodeId()))).isEqualTo(ErrorCode.OVERLOADED);
      ShoalException full = new ShoalException(ErrorCode.INVALID_ARGUMENT, "/new", "not empty");
      node.send(
          NodeReport.newBuilder()
              .setReloaded(NodeReloaded.newBuilder().setFailure(RpcErrors.toProto(full))));
      assertThat(failureOf(server, asked)).isEqualTo(ErrorCode.INVALID_ARGUMENT);
      node.heartbeat();
    }
  }

  @Test
  void reload_nobodyThere_isRefused() {
    try (TestServer server = TestServer.leader()) {
      CompletableFuture<ReloadNodeReply> asked;
      int number;
      try (TestNode node = server.attach(1)) {
        number = node.nodeId();
        asked = reload(server, number);
        Await.until("the node is told", () -> node.wasToldToReload());
      }
      assertThat(failureOf(server, asked)).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(failureOf(server, reload(server, number))).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(failureOf(server, reload(server, 77))).isEqualTo(ErrorCode.NOT_FOUND);
      assertThat(failureOf(server, reload(server, 0))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }
  }

  @Test
  void reload_nodeSaysNothing_endsInTime() {
    try (TestServer server = TestServer.leader();
        TestNode node = server.attach(1)) {
      CompletableFuture<ReloadNodeReply> asked = reload(server, node.nodeId());
      Await.until("the node is told", () -> node.wasToldToReload());
      server.clock.advanceMillis(60_000);
      assertThat(failureOf(server, asked)).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    }
  }

  @Test
  void attach_leadershipLost_endsTheStreams() {
    try (TestServer server = TestServer.leader();
        TestNode node = server.attach(1)) {
      server.loseLeadership(1);
      assertThat(failureOf(server, node).code()).isEqualTo(ErrorCode.NOT_LEADER);
    }
  }

  @Test
  void heartbeat_answer_carriesTheLogClockAsApplied() {
    try (TestServer server = TestServer.leader();
        TestNode node = server.attach(1)) {
      long before = node.heartbeat().getNowMillis();
      server.clock.advanceMillis(500);
      assertThat(node.heartbeat().getNowMillis()).isEqualTo(before);
      server.log.apply(new Tick(1));
      assertThat(node.heartbeat().getNowMillis()).isEqualTo(before + 500);
    }
  }

  @Test
  void heartbeat_report_showsInTheListOfNodes() {
    try (TestServer server = TestServer.leader();
        TestNode node = server.attach(1)) {
      node.heartbeat();
      server.clock.advanceMillis(2_000);
      NodeDescription described = describe(server, node.nodeId());
      assertThat(described.getSilentMillis()).isEqualTo(2_000);
      assertThat(described.getWriteStreams()).isEqualTo(4);
      assertThat(described.getPendingWriteBytes()).isEqualTo(5);
      assertThat(described.getVolumes(0).getAvailableBytes()).isEqualTo(TestNode.AVAILABLE_BYTES);
      server.clock.advanceMillis(8_000);
      assertThat(describe(server, node.nodeId()).getAddress().getLiveness())
          .isEqualTo(NodeLiveness.NODE_LIVENESS_SUSPECT);
    }
  }

  @Test
  void heartbeat_volumeThatIsFencedNow_isPutOnRecordOnce() {
    try (TestServer server = TestServer.leader();
        TestNode node = server.attach(1)) {
      node.heartbeat(TestNode.volume(VolumeHealth.VOLUME_HEALTH_FENCED));
      node.heartbeat(TestNode.volume(VolumeHealth.VOLUME_HEALTH_FENCED));
      assertThat(server.log.countOf(RegisterNode.class)).isEqualTo(2);
      assertThat(
              new ClusterQueries(server.log.view())
                  .nodes()
                  .get(0)
                  .description()
                  .volumes()
                  .get(0)
                  .fenceReason())
          .isEqualTo("fsync failed");
    }
  }

  @Test
  void heartbeat_volumeThatIsOffline_isNoFence() {
    try (TestServer server = TestServer.leader();
        TestNode node = server.attach(1)) {
      node.heartbeat(TestNode.volume(VolumeHealth.VOLUME_HEALTH_OFFLINE));
      assertThat(server.log.countOf(RegisterNode.class)).isEqualTo(1);
      assertThat(describe(server, node.nodeId()).getVolumes(0).getHealth())
          .isEqualTo(VolumeHealth.VOLUME_HEALTH_OFFLINE);
    }
  }

  @Test
  void question_unknownChunk_isDeletedOnlyWhenTheAppliedClockIsBeyondTheGrant() {
    try (TestServer server = TestServer.leader();
        TestNode node = server.attach(1)) {
      long now = node.heartbeat().getNowMillis();
      server.clock.advanceMillis(500);
      assertThat(node.ask(List.of(11L, 12L), List.of(now, now - 1)).getVerdictsList())
          .containsExactly(ChunkVerdict.CHUNK_VERDICT_WAIT, ChunkVerdict.CHUNK_VERDICT_DELETE);
      server.log.apply(new Tick(1));
      assertThat(node.ask(List.of(11L), List.of(now)).getVerdictsList())
          .containsExactly(ChunkVerdict.CHUNK_VERDICT_DELETE);
    }
  }

  @Test
  void question_withoutExpiries_isRefused() {
    try (TestServer server = TestServer.leader();
        TestNode node = server.attach(1)) {
      node.send(
          NodeReport.newBuilder()
              .setQuestion(
                  io.shoal.proto.v1.ChunkQuestion.newBuilder().addChunkIds(1).addChunkIds(2)));
      ShoalException failure = failureOf(server, node);
      assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
      assertThat(failure.getMessage()).contains("expected: 2");
    }
  }
}
