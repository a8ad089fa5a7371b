package io.shoal.client.internal;

import io.shoal.client.AsyncFileWriter;
import io.shoal.client.AttributeChange;
import io.shoal.client.ClusterHealth;
import io.shoal.client.ClusterStatus;
import io.shoal.client.FileStatus;
import io.shoal.client.MetadataBackup;
import io.shoal.client.MetadataServerAddress;
import io.shoal.client.MetadataServerStatus;
import io.shoal.client.NodeReload;
import io.shoal.client.NodeStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.ReadConsistency;
import io.shoal.client.ReadOperations;
import io.shoal.client.RebalanceStatus;
import io.shoal.client.ShoalClient;
import io.shoal.client.internal.metadata.MetadataClient;
import io.shoal.client.internal.metadata.ProtoMapping;
import io.shoal.client.internal.metadata.RebalanceMapping;
import io.shoal.client.internal.metadata.RemotePath;
import io.shoal.client.internal.resources.ClientResources;
import io.shoal.client.internal.resources.FileOperations;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.common.grant.ClusterSecret;
import io.shoal.proto.v1.ChangeMetadataRequest;
import io.shoal.proto.v1.ConfirmNodeDeletionsRequest;
import io.shoal.proto.v1.NodeState;
import io.shoal.proto.v1.RebalanceRequest;
import io.shoal.proto.v1.ReloadNodeRequest;
import io.shoal.proto.v1.SetNodeStateRequest;
import io.shoal.proto.v1.TransferLeadershipRequest;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Checks paths, goes through the gate, and hands each call to those who do it. */
final class DefaultShoalClient extends DefaultReadOperations implements ShoalClient {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

  /** A metadata server that joins gets all of the state. */
  private static final Duration JOIN_LIMIT = Duration.ofMinutes(10);

  /** Gigabytes, over a slow line. */
  private static final Duration BACKUP_LIMIT = Duration.ofHours(6);

  private final ClientResources resources;
  private final Operations operations;
  private final MetadataClient metadata;
  private final Map<ReadConsistency, ReadOperations> reads = new EnumMap<>(ReadConsistency.class);
  private final NamespaceOperations namespace;
  private final FileOperations files;
  private final Supplier<CompletableFuture<Void>> shutdown;

  /**
   * Makes a client of parts that run.
   *
   * @param shutdown ends all of them; called once or more
   */
  DefaultShoalClient(
      ClientResources resources,
      Operations operations,
      MetadataClient metadata,
      FileOperations files,
      Supplier<CompletableFuture<Void>> shutdown) {
    super(resources, operations, metadata, files.reading(ReadConsistency.LINEARIZABLE));
    this.resources = resources;
    this.operations = operations;
    this.metadata = metadata;
    this.namespace = new NamespaceOperations(resources, metadata);
    this.files = files;
    this.shutdown = shutdown;
    for (ReadConsistency consistency : ReadConsistency.values()) {
      reads.put(
          consistency,
          new DefaultReadOperations(
              resources, operations, metadata.reading(consistency), files.reading(consistency)));
    }
  }

  @Override
  public ReadOperations reading(ReadConsistency consistency) {
    return Objects.requireNonNull(reads.get(consistency));
  }

  // ---------------------------------------------------------------------------------- whole files

  @Override
  public CompletableFuture<FileStatus> put(Path source, String target, PutOptions options) {
    return operations.run(() -> files.put(source, RemotePath.normaliseBelowRoot(target), options));
  }

  @Override
  public CompletableFuture<FileStatus> put(ByteBuffer source, String target, PutOptions options) {
    return operations.run(() -> files.put(source, RemotePath.normaliseBelowRoot(target), options));
  }

  @Override
  public CompletableFuture<FileStatus> put(
      Flow.Publisher<ByteBuffer> source, String target, PutOptions options) {
    return operations.run(() -> files.put(source, RemotePath.normaliseBelowRoot(target), options));
  }

  // ----------------------------------------------------------------------------------- open files

  @Override
  public CompletableFuture<AsyncFileWriter> create(String path, PutOptions options) {
    return operations.run(() -> files.create(RemotePath.normaliseBelowRoot(path), options));
  }

  @Override
  public CompletableFuture<AsyncFileWriter> append(String path) {
    return operations.run(() -> files.append(RemotePath.normaliseBelowRoot(path)));
  }

  // ------------------------------------------------------------------------------------ namespace

  @Override
  public CompletableFuture<FileStatus> mkdir(String path, boolean parents) {
    return operations.run(() -> namespace.mkdir(path, parents));
  }

  @Override
  public CompletableFuture<FileStatus> rename(
      String source, String destination, boolean overwrite) {
    return operations.run(() -> namespace.rename(source, destination, overwrite));
  }

  @Override
  public CompletableFuture<FileStatus> copy(String source, String destination, PutOptions options) {
    return operations.run(
        () -> {
          CopyOperation copy =
              new CopyOperation(
                  resources,
                  metadata,
                  RemotePath.normalise(source),
                  RemotePath.normaliseBelowRoot(destination),
                  options);
          copy.start();
          return copy.result();
        });
  }

  @Override
  public CompletableFuture<Void> delete(String path, boolean recursive) {
    return operations.run(() -> namespace.delete(path, recursive));
  }

  @Override
  public CompletableFuture<FileStatus> setAttributes(String path, AttributeChange change) {
    return operations.run(() -> namespace.setAttributes(path, change));
  }

  @Override
  public CompletableFuture<FileStatus> truncate(String path, long lengthBytes) {
    return operations.run(
        () -> {
          TruncateOperation truncate =
              new TruncateOperation(
                  resources, metadata, RemotePath.normaliseBelowRoot(path), lengthBytes);
          truncate.start();
          return truncate.result();
        });
  }

  @Override
  public CompletableFuture<FileStatus> fence(String path) {
    return operations.run(() -> namespace.fence(path));
  }

  // -------------------------------------------------------------------------------------- cluster

  @Override
  public CompletableFuture<ClusterStatus> cluster() {
    return operations.run(
        () ->
            Operations.map(
                metadata.describeCluster(resources.metadataDeadline()), ProtoMapping::clusterOf));
  }

  @Override
  public CompletableFuture<List<MetadataServerStatus>> metadataServers() {
    return operations.run(
        () ->
            Operations.map(
                metadata.describeMetadata(resources.metadataDeadline()),
                reply ->
                    reply.getServersList().stream()
                        .map(
                            server ->
                                new MetadataServerStatus(
                                    server.getId(),
                                    server.getAddress(),
                                    server.getLeads(),
                                    server.getCommittedIndex(),
                                    Duration.ofMillis(server.getSilentMillis())))
                        .toList()));
  }

  @Override
  public CompletableFuture<Void> addMetadataServer(MetadataServerAddress server) {
    return changeMetadata(
        ChangeMetadataRequest.newBuilder().setAdded(ProtoMapping.toProto(server)));
  }

  @Override
  public CompletableFuture<Void> removeMetadataServer(String id) {
    return changeMetadata(ChangeMetadataRequest.newBuilder().setRemovedId(id));
  }

  @Override
  public CompletableFuture<Void> replaceMetadataServer(String id, MetadataServerAddress by) {
    return changeMetadata(
        ChangeMetadataRequest.newBuilder().setRemovedId(id).setAdded(ProtoMapping.toProto(by)));
  }

  private CompletableFuture<Void> changeMetadata(ChangeMetadataRequest.Builder request) {
    return operations.run(
        () ->
            Operations.map(
                metadata.changeMetadata(request.build(), resources.deadline(JOIN_LIMIT)),
                reply -> null));
  }

  @Override
  public CompletableFuture<Void> transferLeadership(String id) {
    TransferLeadershipRequest request = TransferLeadershipRequest.newBuilder().setId(id).build();
    return operations.run(
        () ->
            Operations.map(
                metadata.transferLeadership(request, resources.metadataDeadline()), reply -> null));
  }

  @Override
  public CompletableFuture<MetadataBackup> backupMetadata(Path directory, Path secretFile) {
    return operations.run(
        () ->
            metadata.backup(
                directory, ClusterSecret.read(secretFile), resources.deadline(BACKUP_LIMIT)));
  }

  @Override
  public CompletableFuture<List<NodeStatus>> nodes() {
    return operations.run(
        () ->
            Operations.map(
                metadata.listNodes(resources.metadataDeadline()),
                reply ->
                    reply.getNodesList().stream()
                        .map(ProtoMapping::nodeOf)
                        .sorted(Comparator.comparingInt(NodeStatus::nodeId))
                        .toList()));
  }

  @Override
  public CompletableFuture<ClusterHealth> health() {
    return operations.run(
        () ->
            Operations.map(
                metadata.describeHealth(resources.metadataDeadline()), ProtoMapping::healthOf));
  }

  @Override
  public CompletableFuture<Void> setNodeState(int nodeId, NodeStatus.State state) {
    return setNodeState(
        SetNodeStateRequest.newBuilder()
            .setNodeId(nodeId)
            .setState(ProtoMapping.toProto(state))
            .build());
  }

  @Override
  public CompletableFuture<Void> startMaintenance(int nodeId, Duration length) {
    return setNodeState(
        SetNodeStateRequest.newBuilder()
            .setNodeId(nodeId)
            .setState(NodeState.NODE_STATE_MAINTENANCE)
            .setMaintenanceMillis(length.toMillis())
            .build());
  }

  private CompletableFuture<Void> setNodeState(SetNodeStateRequest request) {
    return operations.run(
        () ->
            Operations.map(
                metadata.setNodeState(request, resources.metadataDeadline()), reply -> null));
  }

  @Override
  public CompletableFuture<Void> confirmDeletions(NodeStatus seen) {
    ConfirmNodeDeletionsRequest request =
        ConfirmNodeDeletionsRequest.newBuilder()
            .setNodeId(seen.nodeId())
            .setBrakeSinceMillis(seen.upkeep().brakeSinceMillis())
            .setUnknownChunks(seen.upkeep().unknownChunks())
            .build();
    return operations.run(
        () ->
            Operations.map(
                metadata.confirmDeletions(request, resources.metadataDeadline()), reply -> null));
  }

  @Override
  public CompletableFuture<NodeReload> reloadNode(int nodeId) {
    ReloadNodeRequest request = ReloadNodeRequest.newBuilder().setNodeId(nodeId).build();
    return operations.run(
        () ->
            Operations.map(
                metadata.reloadNode(request, resources.metadataDeadline()),
                reply ->
                    new NodeReload(
                        reply.getAddedDirectoriesList(),
                        reply.getRemovedDirectoriesList(),
                        reply.getNeedsRestart())));
  }

  @Override
  public CompletableFuture<RebalanceStatus> startRebalance(double thresholdPercent) {
    return rebalance(() -> RebalanceMapping.start(thresholdPercent));
  }

  @Override
  public CompletableFuture<RebalanceStatus> stopRebalance() {
    return rebalance(RebalanceMapping::stop);
  }

  @Override
  public CompletableFuture<RebalanceStatus> rebalance() {
    return rebalance(RebalanceMapping::tell);
  }

  private CompletableFuture<RebalanceStatus> rebalance(Supplier<RebalanceRequest> request) {
    return operations.run(
        () ->
            Operations.map(
                metadata.rebalance(request.get(), resources.metadataDeadline()),
                RebalanceMapping::statusOf));
  }

  // ------------------------------------------------------------------------------------ lifecycle

  @Override
  public CompletableFuture<Void> closeAsync() {
    return shutdown.get();
  }

  @Override
  public void close() {
    ClientThreads.requireOutside("ShoalClient.close");
    try {
      closeAsync().get(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      throw new ShoalException(
          ErrorCode.DEADLINE_EXCEEDED, "", "the client was not closed within " + CLOSE_LIMIT);
    } catch (ExecutionException failed) {
      throw ShoalException.of(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ShoalException(
          ErrorCode.CANCELLED, "", "interrupted while the client was being closed");
    }
  }
}
