package io.shoal.client.internal.metadata;

import io.shoal.client.ClientConfig;
import io.shoal.client.MetadataBackup;
import io.shoal.client.ReadConsistency;
import io.shoal.client.internal.pipeline.PipelineSettings;
import io.shoal.client.internal.pipeline.RequestPipeline;
import io.shoal.client.internal.pipeline.ServerChannels;
import io.shoal.client.internal.resources.ClientEnvironment;
import io.shoal.common.error.FaultHandler;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.common.id.SessionId;
import io.shoal.common.rpc.HostPort;
import io.shoal.common.time.Deadline;
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
import io.shoal.proto.v1.ListNodesReply;
import io.shoal.proto.v1.ListNodesRequest;
import io.shoal.proto.v1.NamespaceReply;
import io.shoal.proto.v1.NamespaceRequest;
import io.shoal.proto.v1.RebalanceReply;
import io.shoal.proto.v1.RebalanceRequest;
import io.shoal.proto.v1.ReloadNodeReply;
import io.shoal.proto.v1.ReloadNodeRequest;
import io.shoal.proto.v1.SetNodeStateReply;
import io.shoal.proto.v1.SetNodeStateRequest;
import io.shoal.proto.v1.TransferLeadershipReply;
import io.shoal.proto.v1.TransferLeadershipRequest;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * The conversation with the metadata servers of one cluster: the namespace over one pipelined
 * stream, questions about the cluster as calls beside it. Connects with its first call. Reads that
 * any server may answer go over streams of their own. Thread-safe.
 */
public final class MetadataClient implements MetadataCalls {
  private final RequestPipeline pipeline;

  /** To any server, for reads alone: one that can't answer the ones may answer the others. */
  private final RequestPipeline followers;

  private final RequestPipeline stale;

  private final ClusterCalls cluster;
  private final BackupCalls backups;

  /** Makes a client of a pipeline of its own. */
  public MetadataClient(
      PipelineSettings settings,
      ServerChannels channels,
      ClientEnvironment environment,
      FaultHandler faults) {
    this.pipeline = new RequestPipeline(settings, channels, environment, faults);
    PipelineSettings anyServer = settings.forAnyServer(environment.random());
    this.followers = new RequestPipeline(anyServer, channels, environment, faults);
    this.stale = new RequestPipeline(anyServer, channels, environment, faults);
    this.cluster = new ClusterCalls(pipeline, environment);
    this.backups = new BackupCalls(cluster, environment);
  }

  /**
   * Returns the settings that follow from a configuration.
   *
   * @throws IllegalArgumentException if an address is none
   */
  public static PipelineSettings settingsOf(ClientConfig config) {
    return new PipelineSettings(
        config.metadataServers().stream().map(HostPort::parse).toList(),
        new PipelineSettings.ClientDescription(config.clientName(), config.owner(), config.group()),
        config.metadataTimeout(),
        config.connectTimeout(),
        PipelineSettings.Limits.DEFAULT,
        false);
  }

  @Override
  public CompletableFuture<NamespaceReply> call(NamespaceRequest request, Deadline deadline) {
    return pipeline.call(request, deadline);
  }

  @Override
  public CompletableFuture<SessionId> session() {
    return pipeline.session();
  }

  @Override
  public MetadataCalls reading(ReadConsistency consistency) {
    return switch (consistency) {
      case LINEARIZABLE -> this;
      case LEASE -> new ReadCalls(this, pipeline::call, consistency);
      case FOLLOWER -> new ReadCalls(this, followers::call, consistency);
      case STALE -> new ReadCalls(this, stale::call, consistency);
    };
  }

  /** Asks for the cluster's identity, version and defaults. */
  public CompletableFuture<DescribeClusterReply> describeCluster(Deadline deadline) {
    return cluster.call(
        "describe cluster",
        ClusterServiceGrpc.getDescribeClusterMethod(),
        DescribeClusterRequest.getDefaultInstance(),
        deadline);
  }

  /** Asks how many chunks do not have the replicas that they should have. */
  public CompletableFuture<DescribeHealthReply> describeHealth(Deadline deadline) {
    return cluster.call(
        "describe health",
        ClusterServiceGrpc.getDescribeHealthMethod(),
        DescribeHealthRequest.getDefaultInstance(),
        deadline);
  }

  /** Records what an operator decided about a node; saying it twice has the effect of once. */
  public CompletableFuture<SetNodeStateReply> setNodeState(
      SetNodeStateRequest request, Deadline deadline) {
    return cluster.call(
        "set node state", ClusterServiceGrpc.getSetNodeStateMethod(), request, deadline);
  }

  /** Lets a node delete again; saying it twice has the effect of once. */
  public CompletableFuture<ConfirmNodeDeletionsReply> confirmDeletions(
      ConfirmNodeDeletionsRequest request, Deadline deadline) {
    return cluster.call(
        "confirm deletions", ClusterServiceGrpc.getConfirmNodeDeletionsMethod(), request, deadline);
  }

  /** Asks which metadata servers there are. */
  public CompletableFuture<DescribeMetadataReply> describeMetadata(Deadline deadline) {
    return cluster.call(
        "describe metadata",
        ClusterServiceGrpc.getDescribeMetadataMethod(),
        DescribeMetadataRequest.getDefaultInstance(),
        deadline);
  }

  /** Changes which metadata servers there are; asked twice, it finds nothing to change. */
  public CompletableFuture<ChangeMetadataReply> changeMetadata(
      ChangeMetadataRequest request, Deadline deadline) {
    return cluster.call(
        "change metadata servers", ClusterServiceGrpc.getChangeMetadataMethod(), request, deadline);
  }

  /** Copies all metadata, as of now, to a directory that is made. */
  public CompletableFuture<MetadataBackup> backup(
      Path directory, ClusterSecret secret, Deadline deadline) {
    return backups.backup(directory, secret, deadline);
  }

  /** Has another metadata server lead. */
  public CompletableFuture<TransferLeadershipReply> transferLeadership(
      TransferLeadershipRequest request, Deadline deadline) {
    return cluster.call(
        "transfer leadership", ClusterServiceGrpc.getTransferLeadershipMethod(), request, deadline);
  }

  /** Has a node read its configuration again; asked twice, it finds nothing to change. */
  public CompletableFuture<ReloadNodeReply> reloadNode(
      ReloadNodeRequest request, Deadline deadline) {
    return cluster.call("reload node", ClusterServiceGrpc.getReloadNodeMethod(), request, deadline);
  }

  /** Begins or ends a rebalance, or only asks how far it is. */
  public CompletableFuture<RebalanceReply> rebalance(RebalanceRequest request, Deadline deadline) {
    return cluster.call("rebalance", ClusterServiceGrpc.getRebalanceMethod(), request, deadline);
  }

  /** Asks for all nodes that ever registered. */
  public CompletableFuture<ListNodesReply> listNodes(Deadline deadline) {
    return cluster.call(
        "list nodes",
        ClusterServiceGrpc.getListNodesMethod(),
        ListNodesRequest.getDefaultInstance(),
        deadline);
  }

  /**
   * Ends all calls with {@code CANCELLED}, then the session and the connection.
   *
   * @return completes when nothing is left
   */
  public CompletableFuture<Void> close() {
    return CompletableFuture.allOf(pipeline.close(), followers.close(), stale.close());
  }
}
