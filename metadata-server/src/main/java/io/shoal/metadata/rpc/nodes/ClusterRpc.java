package io.shoal.metadata.rpc.nodes;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.rpc.RpcErrors;
import io.shoal.common.time.Deadline;
import io.shoal.metadata.rpc.serving.ReadPool;
import io.shoal.metadata.rpc.serving.ServerEnvironment;
import io.shoal.metadata.store.StateView;
import io.shoal.proto.v1.ChangeMetadataReply;
import io.shoal.proto.v1.ChangeMetadataRequest;
import io.shoal.proto.v1.ClusterServiceGrpc;
import io.shoal.proto.v1.ConfirmNodeDeletionsReply;
import io.shoal.proto.v1.ConfirmNodeDeletionsRequest;
import io.shoal.proto.v1.DescribeClusterReply;
import io.shoal.proto.v1.DescribeClusterRequest;
import io.shoal.proto.v1.DescribeHealthReply;
import io.shoal.proto.v1.DescribeHealthRequest;
import io.shoal.proto.v1.DescribeMetadataReply;
import io.shoal.proto.v1.DescribeMetadataRequest;
import io.shoal.proto.v1.LeaderNotice;
import io.shoal.proto.v1.ListNodesReply;
import io.shoal.proto.v1.ListNodesRequest;
import io.shoal.proto.v1.NodeOrder;
import io.shoal.proto.v1.NodeReport;
import io.shoal.proto.v1.RebalanceReply;
import io.shoal.proto.v1.RebalanceRequest;
import io.shoal.proto.v1.ReloadNodeReply;
import io.shoal.proto.v1.ReloadNodeRequest;
import io.shoal.proto.v1.SetNodeStateReply;
import io.shoal.proto.v1.SetNodeStateRequest;
import io.shoal.proto.v1.TransferLeadershipReply;
import io.shoal.proto.v1.TransferLeadershipRequest;
import io.shoal.proto.v1.WatchLeaderRequest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/** The cluster service: the bond with storage nodes, and what clients ask about them. */
public final class ClusterRpc extends ClusterServiceGrpc.ClusterServiceImplBase {
  /**
   * What a server tells others.
   *
   * @param version of its software, for people
   * @param heartbeatInterval what nodes are told to keep to
   */
  public record Terms(String version, Duration heartbeatInterval) {}

  /** For a caller that sets no deadline of its own. */
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);

  private static final int RETRY_AFTER_MILLIS = 1_000;

  private final ServerEnvironment environment;
  private final LeaderState leader;
  private final ReadPool reads;
  private final ClusterReads clusterReads;
  private final NodeDesk desk;
  private final LeaderNotices notices;
  private final ClusterSecret secret;
  private final SecureRandom random;

  /**
   * Makes the service.
   *
   * @param terms what this server tells others
   * @param notices of whoever leads
   * @param secret what nodes prove to know
   * @param random draws challenges
   */
  public ClusterRpc(
      ServerEnvironment environment,
      LeaderState leader,
      ReadPool reads,
      Terms terms,
      LeaderNotices notices,
      ClusterSecret secret,
      SecureRandom random) {
    this.environment = environment;
    this.leader = leader;
    this.reads = reads;
    this.clusterReads = new ClusterReads(terms.version(), leader.liveness(), leader.repair());
    this.desk = new NodeDesk(environment, leader, reads, terms.heartbeatInterval());
    this.notices = notices;
    this.secret = secret;
    this.random = random;
  }

  @Override
  public void describeCluster(
      DescribeClusterRequest request, StreamObserver<DescribeClusterReply> client) {
    answer(clusterReads::describe, client);
  }

  @Override
  public void watchLeader(WatchLeaderRequest request, StreamObserver<LeaderNotice> client) {
    notices.add((ServerCallStreamObserver<LeaderNotice>) client);
  }

  @Override
  public void describeMetadata(
      DescribeMetadataRequest request, StreamObserver<DescribeMetadataReply> client) {
    act(
        () -> CompletableFuture.completedFuture(MetadataDesk.describe(environment.log().group())),
        client);
  }

  @Override
  public void changeMetadata(
      ChangeMetadataRequest request, StreamObserver<ChangeMetadataReply> client) {
    act(() -> MetadataDesk.change(environment.log().group(), request), client);
  }

  @Override
  public void transferLeadership(
      TransferLeadershipRequest request, StreamObserver<TransferLeadershipReply> client) {
    act(() -> MetadataDesk.transfer(environment.log().group(), request), client);
  }

  @Override
  public void listNodes(ListNodesRequest request, StreamObserver<ListNodesReply> client) {
    answer(clusterReads::nodes, client);
  }

  @Override
  public void describeHealth(
      DescribeHealthRequest request, StreamObserver<DescribeHealthReply> client) {
    answer(clusterReads::health, client);
  }

  @Override
  public void setNodeState(SetNodeStateRequest request, StreamObserver<SetNodeStateReply> client) {
    act(
        () -> desk.setState(request).thenApply(set -> SetNodeStateReply.getDefaultInstance()),
        client);
  }

  @Override
  public void confirmNodeDeletions(
      ConfirmNodeDeletionsRequest request, StreamObserver<ConfirmNodeDeletionsReply> client) {
    act(
        () -> {
          desk.confirmDeletions(request);
          return CompletableFuture.completedFuture(ConfirmNodeDeletionsReply.getDefaultInstance());
        },
        client);
  }

  @Override
  public void reloadNode(ReloadNodeRequest request, StreamObserver<ReloadNodeReply> client) {
    act(() -> desk.reload(request), client);
  }

  @Override
  public void rebalance(RebalanceRequest request, StreamObserver<RebalanceReply> client) {
    act(() -> RebalanceDesk.answer(leader.repair(), request), client);
  }

  /** Does what only the leader may. */
  private <T> void act(Supplier<CompletableFuture<T>> action, StreamObserver<T> client) {
    // With a handler set, an answer to a call that was cancelled is dropped instead of thrown.
    ((ServerCallStreamObserver<T>) client).setOnCancelHandler(() -> {});
    CompletableFuture<T> done;
    try {
      done = leader.gate().isOpen() ? action.get() : leader.gate().refusal();
    } catch (ShoalException refused) {
      done = CompletableFuture.failedFuture(refused);
    }
    relay(done, client);
  }

  private <T> void answer(Function<StateView, T> query, StreamObserver<T> client) {
    act(
        () ->
            environment
                .log()
                .readBarrier()
                .thenCompose(
                    passed -> reads.query(Deadline.after(READ_TIMEOUT, environment.time()), query)),
        client);
  }

  private static <T> void relay(CompletableFuture<T> answer, StreamObserver<T> client) {
    var unused =
        answer.whenComplete(
            (reply, failure) -> {
              if (failure == null) {
                client.onNext(reply);
                client.onCompleted();
              } else {
                client.onError(RpcErrors.toStatusException(ShoalException.of(failure)));
              }
            });
  }

  @Override
  public StreamObserver<NodeReport> attach(StreamObserver<NodeOrder> node) {
    ServerCallStreamObserver<NodeOrder> call = (ServerCallStreamObserver<NodeOrder>) node;
    if (!leader.attachments().arrive()) {
      node.onError(
          RpcErrors.toStatusException(
              new ShoalException(
                  ErrorCode.OVERLOADED,
                  "",
                  "too many storage nodes register at a time",
                  RETRY_AFTER_MILLIS,
                  null)));
      return new IgnoredReports();
    }
    AttachStream stream = new AttachStream(call, environment, leader, desk, secret, random);
    stream.begin();
    return stream;
  }

  /** What a node still sends on a stream that was refused. */
  private static final class IgnoredReports implements StreamObserver<NodeReport> {
    @Override
    public void onNext(NodeReport report) {}

    @Override
    public void onError(Throwable cancelled) {}

    @Override
    public void onCompleted() {}
  }
}
