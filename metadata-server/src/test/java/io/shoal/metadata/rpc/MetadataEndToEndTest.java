package io.shoal.metadata.rpc;

import static io.shoal.metadata.rpc.TestPipeline.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.id.ChunkId;
import io.shoal.common.testing.Await;
import io.shoal.metadata.chunk.ChunkQueries;
import io.shoal.metadata.chunk.ChunkState;
import io.shoal.metadata.command.MaintenanceCommand.ReplicasDeleted;
import io.shoal.proto.v1.AbandonRequest;
import io.shoal.proto.v1.CommitRequest;
import io.shoal.proto.v1.DescribeClusterRequest;
import io.shoal.proto.v1.FileStatus;
import io.shoal.proto.v1.Grant;
import io.shoal.proto.v1.InodeVersion;
import io.shoal.proto.v1.LocateRequest;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.NodeLiveness;
import io.shoal.proto.v1.OpenReply;
import io.shoal.proto.v1.ReserveChunksReply;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The life of a file, as client, leader and nodes see it. */
class MetadataEndToEndTest {
  private TestServer server;
  private List<TestNode> nodes;
  private TestPipeline client;

  @BeforeEach
  void start() {
    server = TestServer.leader();
    nodes = List.of(server.attach(1), server.attach(2), server.attach(3));
    client = server.pipeline().openSession();
  }

  @AfterEach
  void stop() {
    client.close();
    nodes.forEach(TestNode::close);
    server.close();
  }

  private ReserveChunksReply reserve(int count) {
    return client.call(Requests.reserve(client.sessionId(), count)).getReserveChunks();
  }

  /** Lets time pass, with a round of background work each second. */
  private void pass(long millis) {
    for (long left = millis; left > 0; left -= 1_000) {
      awaitEndOfRound();
      server.clock.advanceMillis(Math.min(left, 1_000));
    }
    awaitEndOfRound();
  }

  private void awaitEndOfRound() {
    Await.until("a round ends", () -> server.clock.pendingTasks() == TestServer.IDLE_TASKS);
  }

  @Test
  void file_fromReservationToTheLastReplica() {
    ReserveChunksReply reserved = reserve(2);
    assertThat(reserved.getNodesList())
        .hasSize(3)
        .allSatisfy(
            node -> assertThat(node.getLiveness()).isEqualTo(NodeLiveness.NODE_LIVENESS_ALIVE));
    FileStatus pending = client.callMutation(Requests.createFile("/a")).getCreateFile().getStatus();
    refused(client.send(Requests.stat("/a")), ErrorCode.NOT_FOUND);
    FileStatus half =
        client
            .callMutation(Requests.commit(Requests.append(pending, reserved.getGrants(0), 1_000)))
            .getCommit()
            .getStatus();
    client.callMutation(
        Requests.commit(
            Requests.append(half, reserved.getGrants(1), 500).setPublish(Requests.publish("/a"))));

    OpenReply opened = client.call(Requests.open("/a")).getOpen();
    assertThat(opened.getStatus().getLength()).isEqualTo(1_500);
    assertThat(opened.getFirst().getComplete()).isTrue();
    assertThat(opened.getFirst().getExtentsList()).hasSize(2);
    assertThat(opened.getFirst().getChunksList())
        .allSatisfy(chunk -> assertThat(chunk.getReplicasList()).hasSize(3));
    assertThat(opened.getFirst().getNodesList())
        .extracting(node -> node.getHost() + ":" + node.getPort())
        .containsExactlyInAnyOrder("10.0.0.1:9001", "10.0.0.2:9002", "10.0.0.3:9003");

    client.callMutation(Requests.rename("/a", "/b"));
    assertThat(client.call(Requests.list("/", 10)).getList().getEntriesList())
        .extracting(entry -> entry.getName())
        .containsExactly("b");
    client.callMutation(Requests.delete("/b"));
    refused(client.send(Requests.open("/b")), ErrorCode.NOT_FOUND);

    List<Long> chunkIds = reserved.getGrantsList().stream().map(Requests::chunkIdOf).toList();
    assertThat(locate(chunkIds)).isEqualTo(2);
    pass(TestServer.GRACE_MILLIS + 2_000);
    for (TestNode node : nodes) {
      Await.until("an order to delete", () -> !node.deletes().isEmpty());
      assertThat(node.deletes().get(0)).containsExactlyInAnyOrderElementsOf(chunkIds);
    }
    assertThat(locate(chunkIds)).isZero();
    nodes.get(0).deleted(chunkIds);
    nodes.get(1).deleted(chunkIds);
    Await.until("the answers are in the log", () -> server.log.countOf(ReplicasDeleted.class) == 2);
    assertThat(stateOf(chunkIds.get(0))).isEqualTo(ChunkState.GARBAGE);
    nodes.get(2).deleted(chunkIds);
    Await.until("a tombstone is left", () -> stateOf(chunkIds.get(0)) == ChunkState.TOMBSTONE);
    pass(TestServer.GRANT_LIFETIME_MILLIS);
    Await.until("the chunks are gone", () -> stateOf(chunkIds.get(0)) == null);
    assertThat(nodes.get(0).deletes()).hasSize(1);
    assertThat(
            server
                .cluster()
                .describeCluster(DescribeClusterRequest.getDefaultInstance())
                .getChunkCount())
        .isZero();
  }

  private int locate(List<Long> chunkIds) {
    return client
        .call(
            NamespaceRequest.newBuilder()
                .setLocate(LocateRequest.newBuilder().addAllChunkIds(chunkIds)))
        .getLocate()
        .getChunksCount();
  }

  private ChunkState stateOf(long chunkId) {
    var row = new ChunkQueries(server.log.view()).find(new ChunkId(chunkId));
    return row == null ? null : row.state();
  }

  @Test
  void order_notAnswered_isGivenAgainAfterItsTime() {
    Grant grant = reserve(1).getGrants(0);
    client.callMutation(Requests.put("/a", grant, 10));
    client.callMutation(Requests.delete("/a"));
    pass(TestServer.GRACE_MILLIS + 2_000);
    TestNode node = nodes.get(0);
    Await.until("an order to delete", () -> node.deletes().size() == 1);
    pass(30_000);
    assertThat(node.deletes()).hasSize(1);
    pass(32_000);
    Await.until("the order comes again", () -> node.deletes().size() == 2);
  }

  @Test
  void abandon_pendingFile_isGone() {
    FileStatus pending = client.callMutation(Requests.createFile("/a")).getCreateFile().getStatus();
    NamespaceRequest.Builder abandon =
        NamespaceRequest.newBuilder()
            .setAbandon(AbandonRequest.newBuilder().setInodeId(pending.getInodeId()));
    assertThat(client.callMutation(abandon).hasAbandon()).isTrue();
    refused(
        client.mutate(
            Requests.commit(
                CommitRequest.newBuilder()
                    .setVersion(InodeVersion.newBuilder().setInodeId(pending.getInodeId()))
                    .setPublish(Requests.publish("/a")))),
        ErrorCode.NOT_FOUND);
  }

  @Test
  void commit_grantOfAnotherSession_isRefused() {
    try (TestPipeline other = server.pipeline().openSession()) {
      Grant grant =
          other.call(Requests.reserve(other.sessionId(), 1)).getReserveChunks().getGrants(0);
      var error = refused(client.mutate(Requests.put("/a", grant, 10)), ErrorCode.GRANT_INVALID);
      assertThat(error.getMessage()).contains("session");
    }
  }

  @Test
  void commit_grantThatWasChanged_isRefused() {
    Grant grant = reserve(1).getGrants(0);
    Grant forged =
        grant.toBuilder()
            .setBody(
                io.shoal.proto.v1.GrantBody.newBuilder()
                    .setChunkId(Requests.chunkIdOf(grant))
                    .setSessionId(client.sessionId())
                    .addNodeIds(1)
                    .setExpiresAtMillis(Long.MAX_VALUE)
                    .setLengthLimitBytes(1 << 30)
                    .setKeyId(1)
                    .setLayout(io.shoal.proto.v1.Layout.LAYOUT_REPLICATED)
                    .build()
                    .toByteString())
            .build();
    refused(client.mutate(Requests.put("/a", forged, 10)), ErrorCode.GRANT_INVALID);
  }

  @Test
  void commit_moreThanTheGrantAllows_isRefused() {
    Grant grant = reserve(1).getGrants(0);
    refused(client.mutate(Requests.put("/a", grant, (1 << 20) + 1)), ErrorCode.GRANT_INVALID);
  }

  @Test
  void commit_replicaOnANodeThatWasNotGranted_isRefused() {
    Grant grant = reserve(1).getGrants(0);
    NamespaceRequest.Builder put = Requests.put("/a", grant, 10);
    put.getCommitBuilder()
        .getChunksBuilder(0)
        .addReplicas(io.shoal.proto.v1.Replica.newBuilder().setNodeId(9));
    refused(client.mutate(put), ErrorCode.GRANT_INVALID);
  }

  @Test
  void commit_grantThatHasExpired_isRefused() {
    Grant grant = reserve(1).getGrants(0);
    server.clock.advanceMillis(TestServer.GRANT_LIFETIME_MILLIS + 1);
    refused(client.mutate(Requests.put("/a", grant, 10)), ErrorCode.GRANT_EXPIRED);
  }

  @Test
  void reserve_sessionThatIsUnknown_isRefused() {
    refused(client.send(Requests.reserve(12_345, 1)), ErrorCode.SESSION_UNKNOWN);
  }

  @Test
  void reserve_nodesThatAreSilent_namesHowManyAreAlive() {
    pass(TestServer.LIVENESS.suspectAfter().toMillis());
    nodes.get(0).heartbeat();
    var error =
        refused(client.send(Requests.reserve(client.sessionId(), 1)), ErrorCode.NOT_ENOUGH_NODES);
    assertThat(error.getMessage()).contains("alive: 1 of 3 registered");
    assertThat(error.getRetryAfterMillis()).isPositive();
    nodes.get(1).heartbeat();
    assertThat(io.shoal.common.grant.SignedGrant.of(reserve(1).getGrants(0)).terms().nodeIds())
        .hasSize(2);
  }
}
