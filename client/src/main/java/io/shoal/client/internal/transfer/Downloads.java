package io.shoal.client.internal.transfer;

import io.shoal.client.AsyncFileReader;
import io.shoal.client.FileStatus;
import io.shoal.client.GetOptions;
import io.shoal.client.internal.read.FileReader;
import io.shoal.client.internal.read.FileReaders;
import io.shoal.client.internal.resources.ClientResources;
import io.shoal.client.internal.resources.FileReads;
import io.shoal.client.internal.resources.Listening;
import io.shoal.common.error.ShoalException;
import io.shoal.common.flow.Cancellation;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** What a client reads of files, with one consistency. Thread-safe. */
final class Downloads implements FileReads {
  private final ClientResources resources;
  private final FileReaders readers;
  private final Transfers transfers;

  /**
   * Makes it.
   *
   * @param readers takes them: they are closed with this
   * @param transfers knows what is under way
   */
  Downloads(ClientResources resources, FileReaders readers, Transfers transfers) {
    this.resources = resources;
    this.readers = readers;
    this.transfers = transfers;
  }

  @Override
  public CompletableFuture<FileStatus> get(String source, Path target, GetOptions options) {
    PathDownload download = new PathDownload(readers, source, target, options, resources);
    CompletableFuture<FileStatus> result = transfers.add(download, download.result());
    download.start();
    return result;
  }

  @Override
  public CompletableFuture<ByteBuffer> get(String source, int limitBytes) {
    MemoryDownload download = new MemoryDownload(source, limitBytes);
    CompletableFuture<ByteBuffer> result = transfers.add(download, download.result());
    download.start(readers);
    return result;
  }

  @Override
  public CompletableFuture<AsyncFileReader> open(String path) {
    CompletableFuture<AsyncFileReader> result = new CompletableFuture<>();
    CompletableFuture<FileReader> opened = readers.open(path);
    Listening.to(
        opened,
        (reader, failure) -> {
          if (failure != null) {
            result.completeExceptionally(ShoalException.of(failure));
          } else if (!result.complete(reader)) {
            reader.end();
          }
        });
    return Cancellation.forward(result, opened);
  }

  /** Stops all readers; completes when nothing of them is left. */
  CompletableFuture<Void> close() {
    return readers.close();
  }
}
