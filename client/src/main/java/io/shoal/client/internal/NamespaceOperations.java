package io.shoal.client.internal;

import static io.shoal.client.internal.metadata.ProtoMapping.targetOf;

import io.shoal.client.AttributeChange;
import io.shoal.client.DirectoryPage;
import io.shoal.client.FileStatus;
import io.shoal.client.internal.metadata.MetadataCalls;
import io.shoal.client.internal.metadata.ProtoMapping;
import io.shoal.client.internal.metadata.RemotePath;
import io.shoal.client.internal.resources.ClientResources;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.proto.v1.DeleteRequest;
import io.shoal.proto.v1.FenceRequest;
import io.shoal.proto.v1.ListRequest;
import io.shoal.proto.v1.MkdirsRequest;
import io.shoal.proto.v1.RenameRequest;
import io.shoal.proto.v1.SetAttributesRequest;
import io.shoal.proto.v1.StatRequest;
import java.util.concurrent.CompletableFuture;

/** The operations on the namespace that are one call each. Paths are checked here. */
final class NamespaceOperations {
  private static final int PAGE_LIMIT = 4_096;

  private final ClientResources resources;
  private final MetadataCalls metadata;

  NamespaceOperations(ClientResources resources, MetadataCalls metadata) {
    this.resources = resources;
    this.metadata = metadata;
  }

  CompletableFuture<FileStatus> stat(String path) {
    String normal = RemotePath.normalise(path);
    StatRequest request = StatRequest.newBuilder().setTarget(targetOf(normal)).build();
    return Operations.map(
        metadata.stat(request, resources.metadataDeadline()),
        reply -> ProtoMapping.statusOf(normal, reply.getStatus()));
  }

  CompletableFuture<DirectoryPage> listPage(String directory, String afterName, int limit) {
    String normal = RemotePath.normalise(directory);
    if (limit < 1 || limit > PAGE_LIMIT) {
      throw new ShoalException(
          ErrorCode.INVALID_ARGUMENT,
          normal,
          "limit of a page: " + limit + " (expected: 1 to " + PAGE_LIMIT + ")");
    }
    ListRequest request =
        ListRequest.newBuilder()
            .setDirectory(targetOf(normal))
            .setAfterName(afterName)
            .setLimit(limit)
            .setWithStatus(true)
            .build();
    return Operations.map(
        metadata.list(request, resources.metadataDeadline()),
        reply ->
            new DirectoryPage(
                reply.getEntriesList().stream()
                    .map(entry -> ProtoMapping.entryOf(normal, entry))
                    .toList(),
                reply.getComplete()));
  }

  CompletableFuture<FileStatus> mkdir(String path, boolean parents) {
    String normal = RemotePath.normalise(path);
    MkdirsRequest request = MkdirsRequest.newBuilder().setPath(normal).setParents(parents).build();
    return Operations.map(
        metadata.mkdirs(request, resources.metadataDeadline()),
        reply -> ProtoMapping.statusOf(normal, reply.getStatus()));
  }

  CompletableFuture<FileStatus> rename(String source, String destination, boolean overwrite) {
    String from = RemotePath.normaliseBelowRoot(source);
    String to = RemotePath.normaliseBelowRoot(destination);
    RenameRequest request =
        RenameRequest.newBuilder()
            .setSource(from)
            .setDestination(to)
            .setOverwrite(overwrite)
            .build();
    return Operations.map(
        metadata.rename(request, resources.metadataDeadline()),
        reply -> ProtoMapping.statusOf(to, reply.getStatus()));
  }

  @SuppressWarnings("NullAway") // A future of Void has no other result.
  CompletableFuture<Void> delete(String path, boolean recursive) {
    String normal = RemotePath.normaliseBelowRoot(path);
    DeleteRequest request =
        DeleteRequest.newBuilder().setPath(normal).setRecursive(recursive).build();
    return Operations.map(metadata.delete(request, resources.metadataDeadline()), reply -> null);
  }

  CompletableFuture<FileStatus> setAttributes(String path, AttributeChange change) {
    String normal = RemotePath.normalise(path);
    SetAttributesRequest request =
        SetAttributesRequest.newBuilder()
            .setTarget(targetOf(normal))
            .setAttributes(ProtoMapping.toProto(change))
            .build();
    return Operations.map(
        metadata.setAttributes(request, resources.metadataDeadline()),
        reply -> ProtoMapping.statusOf(normal, reply.getStatus()));
  }

  CompletableFuture<FileStatus> fence(String path) {
    String normal = RemotePath.normaliseBelowRoot(path);
    FenceRequest request = FenceRequest.newBuilder().setTarget(targetOf(normal)).build();
    return Operations.map(
        metadata.fence(request, resources.metadataDeadline()),
        reply -> ProtoMapping.statusOf(normal, reply.getStatus()));
  }
}
