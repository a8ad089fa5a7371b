package io.shoal.client;

import io.shoal.common.error.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * What a client reads. Threading, errors, cancellation and the ownership of buffers are those of
 * {@link ShoalClient}; what reads are sure to show is said where they come from: {@link
 * ShoalClient#reading}.
 */
public interface ReadOperations {
  /**
   * Fetches a file into a local one. The bytes go to a temporary file beside the target, which
   * takes its place when all of them were verified; on failure nothing is left behind.
   *
   * <p>Fails with {@link ErrorCode#ALREADY_EXISTS} unless the options allow to replace.
   */
  CompletableFuture<FileStatus> get(String source, Path target, GetOptions options);

  /**
   * Fetches a whole file into memory.
   *
   * @param limitBytes longest file that is accepted; a longer one fails with {@link
   *     ErrorCode#LIMIT_EXCEEDED}
   * @return a heap buffer that the caller owns
   */
  CompletableFuture<ByteBuffer> get(String source, int limitBytes);

  /** Opens a file for reading, in the generation that it has now. */
  CompletableFuture<AsyncFileReader> open(String path);

  /** Tells what is known of a file or directory. */
  CompletableFuture<FileStatus> stat(String path);

  /** As {@link #stat}, with what a walk over the file's map shows: copies and extents. */
  CompletableFuture<FileLayout> layout(String path);

  /**
   * Lists a directory in the order of the names' UTF-8 bytes, fetching pages as the subscriber asks
   * for more. Each subscriber gets a listing of its own. The directory is fixed by the first page:
   * renaming it meanwhile does no harm.
   */
  Flow.Publisher<DirectoryEntry> list(String directory);

  /**
   * Fetches one page of a directory.
   *
   * @param afterName only names behind this one; empty for the first page
   * @param limit most entries, 1 to 4,096
   */
  CompletableFuture<DirectoryPage> listPage(String directory, String afterName, int limit);
}
