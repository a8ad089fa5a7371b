package io.shoal.client.internal.resources;

import io.shoal.client.AsyncFileWriter;
import io.shoal.client.FileStatus;
import io.shoal.client.PutOptions;
import io.shoal.client.ReadConsistency;
import io.shoal.client.ShoalClient;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * The part of {@link ShoalClient} that moves bytes. Remote paths are normal already; everything
 * else is as {@code ShoalClient} says, except that futures complete on any thread and that nobody
 * counts the operations: both is done by the caller of this interface.
 *
 * <p>Readers, writers and publishers that are handed out are seen by the users of the client: their
 * futures and signals come on the callback executor.
 */
public interface FileOperations {
  /** Stores a local file. */
  CompletableFuture<FileStatus> put(Path source, String target, PutOptions options);

  /** Stores the remaining bytes of a buffer. */
  CompletableFuture<FileStatus> put(ByteBuffer source, String target, PutOptions options);

  /** Stores what a publisher delivers. */
  CompletableFuture<FileStatus> put(
      Flow.Publisher<ByteBuffer> source, String target, PutOptions options);

  /** Opens a new file for writing. */
  CompletableFuture<AsyncFileWriter> create(String path, PutOptions options);

  /** Opens a file for writing at its end. */
  CompletableFuture<AsyncFileWriter> append(String path);

  /** Returns the reads as they are with a consistency. */
  FileReads reading(ReadConsistency consistency);

  /**
   * Ends all transfers, writers and readers: what is under way fails with {@code CANCELLED}.
   * Completes when they hold no buffer, permit or local file any more.
   */
  CompletableFuture<Void> close();
}
