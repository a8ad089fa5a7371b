package io.shoal.client.internal;

import io.shoal.client.AsyncFileReader;
import io.shoal.client.DirectoryEntry;
import io.shoal.client.DirectoryPage;
import io.shoal.client.FileLayout;
import io.shoal.client.FileStatus;
import io.shoal.client.GetOptions;
import io.shoal.client.ReadOperations;
import io.shoal.client.internal.metadata.MetadataCalls;
import io.shoal.client.internal.metadata.RemotePath;
import io.shoal.client.internal.resources.ClientResources;
import io.shoal.client.internal.resources.FileReads;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/** As {@link DefaultShoalClient}, for what only reads. */
class DefaultReadOperations implements ReadOperations {
  private final ClientResources resources;
  private final Operations operations;
  private final MetadataCalls metadata;
  private final NamespaceOperations namespace;
  private final FileReads files;

  /**
   * Makes them of parts that run.
   *
   * @param metadata asks with the consistency of these reads, as does {@code files}
   */
  DefaultReadOperations(
      ClientResources resources, Operations operations, MetadataCalls metadata, FileReads files) {
    this.resources = resources;
    this.operations = operations;
    this.metadata = metadata;
    this.namespace = new NamespaceOperations(resources, metadata);
    this.files = files;
  }

  @Override
  public CompletableFuture<FileStatus> get(String source, Path target, GetOptions options) {
    return operations.run(() -> files.get(RemotePath.normalise(source), target, options));
  }

  @Override
  public CompletableFuture<ByteBuffer> get(String source, int limitBytes) {
    return operations.run(
        () -> {
          if (limitBytes < 0) {
            throw new ShoalException(
                ErrorCode.INVALID_ARGUMENT,
                source,
                "limit: " + limitBytes + " bytes (expected: >= 0)");
          }
          return files.get(RemotePath.normalise(source), limitBytes);
        });
  }

  @Override
  public CompletableFuture<AsyncFileReader> open(String path) {
    return operations.run(() -> files.open(RemotePath.normalise(path)));
  }

  @Override
  public CompletableFuture<FileStatus> stat(String path) {
    return operations.run(() -> namespace.stat(path));
  }

  @Override
  public CompletableFuture<FileLayout> layout(String path) {
    return operations.run(
        () -> {
          LayoutOperation layout =
              new LayoutOperation(resources, metadata, RemotePath.normalise(path));
          layout.start();
          return layout.result();
        });
  }

  @Override
  public Flow.Publisher<DirectoryEntry> list(String directory) {
    return new ListingPublisher(resources, metadata, operations, directory);
  }

  @Override
  public CompletableFuture<DirectoryPage> listPage(String directory, String afterName, int limit) {
    return operations.run(() -> namespace.listPage(directory, afterName, limit));
  }
}
