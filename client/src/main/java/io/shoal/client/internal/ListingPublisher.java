package io.shoal.client.internal;

import io.shoal.client.DirectoryEntry;
import io.shoal.client.internal.metadata.MetadataCalls;
import io.shoal.client.internal.metadata.RemotePath;
import io.shoal.client.internal.resources.ClientResources;
import io.shoal.common.error.ShoalException;
import io.shoal.proto.v1.ListReply;
import io.shoal.proto.v1.ListRequest;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/** Publishes the entries of a directory, to each subscriber from the beginning. */
final class ListingPublisher implements Flow.Publisher<DirectoryEntry> {
  private final ClientResources resources;
  private final MetadataCalls metadata;
  private final Operations operations;
  private final String directory;

  /** Makes a publisher; a path that is none is told to the subscribers. */
  ListingPublisher(
      ClientResources resources, MetadataCalls metadata, Operations operations, String directory) {
    this.resources = resources;
    this.metadata = metadata;
    this.operations = operations;
    this.directory = directory;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super DirectoryEntry> subscriber) {
    Objects.requireNonNull(subscriber, "subscriber");
    String normal;
    try {
      normal = RemotePath.normalise(directory);
    } catch (ShoalException invalid) {
      new Listing(
              directory,
              (request, since) -> CompletableFuture.failedFuture(invalid),
              resources,
              subscriber)
          .start();
      return;
    }
    new Listing(normal, this::fetch, resources, subscriber).start();
  }

  private CompletableFuture<ListReply> fetch(ListRequest request, long since) {
    return operations.start(
        () -> metadata.since(since).list(request, resources.metadataDeadline()));
  }
}
