package io.shoal.metadata.rpc;

import com.google.protobuf.ByteString;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.testing.Await;
import io.shoal.proto.v1.ChunkQuestion;
import io.shoal.proto.v1.ChunkVerdicts;
import io.shoal.proto.v1.ChunksDeleted;
import io.shoal.proto.v1.ClusterServiceGrpc;
import io.shoal.proto.v1.Heartbeat;
import io.shoal.proto.v1.HeartbeatReply;
import io.shoal.proto.v1.NodeOrder;
import io.shoal.proto.v1.NodeReport;
import io.shoal.proto.v1.RegisterNode;
import io.shoal.proto.v1.Registered;
import io.shoal.proto.v1.VolumeHealth;
import io.shoal.proto.v1.VolumeReport;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** The metadata side of a storage node, without chunks. */
final class TestNode implements ClientResponseObserver<NodeReport, NodeOrder>, AutoCloseable {
  static final long AVAILABLE_BYTES = 1L << 40;

  private final List<NodeOrder> orders = new CopyOnWriteArrayList<>();
  private final CompletableFuture<ByteString> challenge = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final int number;
  private ClientCallStreamObserver<NodeReport> reports;
  private ClusterSecret secret = TestServer.SECRET;
  private String clusterId = "";

  TestNode(ClusterServiceGrpc.ClusterServiceStub stub, int number) {
    this.number = number;
    stub.attach(this);
  }

  TestNode withSecret(ClusterSecret other) {
    secret = other;
    return this;
  }

  TestNode withClusterId(String other) {
    clusterId = other;
    return this;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<NodeReport> stream) {
    reports = stream;
  }

  @Override
  public void onNext(NodeOrder order) {
    orders.add(order);
    if (order.hasChallenge()) {
      challenge.complete(order.getChallenge().getNonce());
    }
  }

  @Override
  public void onError(Throwable failure) {
    ended.completeExceptionally(failure);
  }

  @Override
  public void onCompleted() {
    ended.complete(null);
  }

  /** Answers the challenge. */
  void register() {
    byte[] uuid = ByteBuffer.allocate(16).putLong(7).putLong(number).array();
    byte[] nonce = Await.result(challenge).toByteArray();
    String host = "10.0.0." + number;
    byte[] proof = secret.proof(nonce, uuid, host, 9_000 + number);
    send(
        NodeReport.newBuilder()
            .setRegister(
                RegisterNode.newBuilder()
                    .setNodeUuid(ByteString.copyFrom(uuid))
                    .setClusterId(clusterId)
                    .setHost(host)
                    .setPort(9_000 + number)
                    .setFailureDomain("/rack" + number)
                    .setVersion("1.2.3")
                    .addVolumes(volume(VolumeHealth.VOLUME_HEALTH_HEALTHY))
                    .setProof(ByteString.copyFrom(proof))));
  }

  static VolumeReport volume(VolumeHealth health) {
    return VolumeReport.newBuilder()
        .setVolumeId(1)
        .setDirectory("/data")
        .setCapacityBytes(2 * AVAILABLE_BYTES)
        .setAvailableBytes(AVAILABLE_BYTES)
        .setHealth(health)
        .setFenceReason(health == VolumeHealth.VOLUME_HEALTH_FENCED ? "fsync failed" : "")
        .build();
  }

  boolean wasToldToReload() {
    return orders.stream().anyMatch(NodeOrder::hasReloadConfig);
  }

  void send(NodeReport.Builder report) {
    reports.onNext(report.build());
  }

  /** Sends a heartbeat and waits for its answer. */
  HeartbeatReply heartbeat(VolumeReport volume) {
    long before = heartbeatReplies().size();
    send(
        NodeReport.newBuilder()
            .setHeartbeat(
                Heartbeat.newBuilder()
                    .addVolumes(volume)
                    .setWriteStreams(4)
                    .setPendingWriteBytes(5)));
    Await.until("a heartbeat is answered", () -> heartbeatReplies().size() > before);
    return heartbeatReplies().get((int) before);
  }

  HeartbeatReply heartbeat() {
    return heartbeat(volume(VolumeHealth.VOLUME_HEALTH_HEALTHY));
  }

  private List<HeartbeatReply> heartbeatReplies() {
    return orders.stream()
        .filter(NodeOrder::hasHeartbeatReply)
        .map(NodeOrder::getHeartbeatReply)
        .toList();
  }

  /** Asks about chunks and waits for the answer. */
  ChunkVerdicts ask(List<Long> chunkIds, List<Long> expiries) {
    long before = orders.stream().filter(NodeOrder::hasVerdicts).count();
    send(
        NodeReport.newBuilder()
            .setQuestion(
                ChunkQuestion.newBuilder()
                    .addAllChunkIds(chunkIds)
                    .addAllGrantExpiresAtMillis(expiries)));
    Await.until(
        "a question is answered",
        () -> orders.stream().filter(NodeOrder::hasVerdicts).count() > before);
    return orders.stream()
        .filter(NodeOrder::hasVerdicts)
        .skip(before)
        .findFirst()
        .orElseThrow()
        .getVerdicts();
  }

  /** Returns the orders to delete that came so far. */
  List<List<Long>> deletes() {
    return orders.stream()
        .filter(NodeOrder::hasDelete)
        .map(order -> order.getDelete().getChunkIdsList())
        .toList();
  }

  void deleted(List<Long> chunkIds) {
    send(
        NodeReport.newBuilder()
            .setChunksDeleted(ChunksDeleted.newBuilder().addAllChunkIds(chunkIds)));
  }

  /** Returns what the server said after the registration; null before. */
  Registered registered() {
    return orders.stream()
        .filter(NodeOrder::hasRegistered)
        .map(NodeOrder::getRegistered)
        .findFirst()
        .orElse(null);
  }

  int nodeId() {
    return registered().getNodeId();
  }

  CompletableFuture<Void> ended() {
    return ended;
  }

  @Override
  public void close() {
    reports.cancel("the test ends", null);
  }
}
