package io.shoal.client.internal.resources;

import io.shoal.client.AsyncFileReader;
import io.shoal.client.FileStatus;
import io.shoal.client.GetOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** The part of {@link FileOperations} that reads, with one consistency. */
public interface FileReads {
  /** Fetches a file into a local one. */
  CompletableFuture<FileStatus> get(String source, Path target, GetOptions options);

  /** Fetches a whole file into memory. */
  CompletableFuture<ByteBuffer> get(String source, int limitBytes);

  /** Opens a file for reading. */
  CompletableFuture<AsyncFileReader> open(String path);
}
