package io.shoal.client;

import io.shoal.client.internal.ClientRuntime;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * A connection to one cluster, shared by a whole program: make one, use it from any thread, close
 * it at the end.
 *
 * <pre>{@code
 * try (ShoalClient shoal = ShoalClient.create(ClientConfig.forCluster("127.0.0.1:7400"))) {
 *   CompletableFuture<FileStatus> stored = shoal.put(Path.of("report.pdf"), "/reports/2026.pdf", PutOptions.DEFAULT);
 *   CompletableFuture<List<NodeStatus>> nodes = shoal.nodes();   // both are under way
 *   stored.thenAccept(file -> log.info("{} bytes", file.length()));
 * }
 * }</pre>
 *
 * <p>Paths are absolute, separated by {@code /}; names have 1 to 255 bytes in UTF-8, contain
 * neither {@code /} nor NUL and are neither {@code .} nor {@code ..}. A path that breaks these
 * rules fails with {@link ErrorCode#INVALID_ARGUMENT}. Every future may also fail with {@link
 * ErrorCode#UNAVAILABLE} or {@link ErrorCode#DEADLINE_EXCEEDED} when the cluster can't be reached
 * within the configured time, and with {@link ErrorCode#OVERLOADED} beyond the limits of the
 * configuration.
 */
public interface ShoalClient extends AutoCloseable {
  /**
   * Makes a client. Connects with its first operation, so that it may be made while the cluster is
   * down.
   *
   * @throws IllegalArgumentException if the configuration contradicts itself
   */
  static ShoalClient create(ClientConfig config) {
    return ClientRuntime.start(config);
  }

  // ------------------------------------------------------------------------------------------------ whole files

  /**
   * Stores a local file. The target appears complete or not at all.
   *
   * <p>Fails with {@link ErrorCode#ALREADY_EXISTS} unless the options allow to replace, and with
   * {@link ErrorCode#INVALID_ARGUMENT} if the source can't be read, is not a regular file, or
   * changes its length meanwhile.
   */
  CompletableFuture<FileStatus> put(Path source, String target, PutOptions options);

  /**
   * Stores the remaining bytes of a buffer, which is borrowed until the future completes; its
   * position does not move.
   */
  CompletableFuture<FileStatus> put(ByteBuffer source, String target, PutOptions options);

  /**
   * Stores what a publisher delivers, until it completes; if it fails, so does the future, and
   * nothing is stored. The publisher's buffers must not change after they were delivered. Demand
   * follows the client's write budget.
   */
  CompletableFuture<FileStatus> put(
      Flow.Publisher<ByteBuffer> source, String target, PutOptions options);

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

  // ------------------------------------------------------------------------------------------------ open files

  /**
   * Opens a new file for writing. It becomes visible with the writer's first {@link
   * AsyncFileWriter#flush} or its {@link AsyncFileWriter#close}.
   */
  CompletableFuture<AsyncFileWriter> create(String path, PutOptions options);

  /** Opens a file for reading, in the generation that it has now. */
  CompletableFuture<AsyncFileReader> open(String path);

  // -------------------------------------------------------------------------------------------------- namespace

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

  /**
   * Makes a directory.
   *
   * @param parents make missing parents too, and accept a directory that is already there
   */
  CompletableFuture<FileStatus> mkdir(String path, boolean parents);

  /**
   * Renames a file or directory, atomically; a directory moves with all below it.
   *
   * @param overwrite replace a file by a file or an empty directory by a directory
   */
  CompletableFuture<FileStatus> rename(String source, String destination, boolean overwrite);

  /**
   * Copies a file within the cluster. No byte moves: both files share their chunks from then on.
   *
   * <p>Replaces an existing destination only if the options say so.
   */
  CompletableFuture<FileStatus> copy(String source, String destination, PutOptions options);

  /**
   * Deletes a file or directory.
   *
   * @param recursive also a directory that has entries; otherwise such a one fails with {@link
   *     ErrorCode#NOT_EMPTY}
   */
  CompletableFuture<Void> delete(String path, boolean recursive);

  /** Changes mode, owner, group, modification time or extended attributes. */
  CompletableFuture<FileStatus> setAttributes(String path, AttributeChange change);

  /**
   * Makes sure that whoever is writing a file cannot commit any more, and seals its open chunks.
   *
   * @return the status with the raised generation
   */
  CompletableFuture<FileStatus> fence(String path);

  // ---------------------------------------------------------------------------------------------------- cluster

  /** Tells the cluster's identity, version and defaults. */
  CompletableFuture<ClusterStatus> cluster();

  /** Tells all nodes that ever registered, ordered by id. */
  CompletableFuture<List<NodeStatus>> nodes();

  /** Tells how many chunks do not have the copies that they should have. */
  CompletableFuture<ClusterHealth> health();

  /**
   * Has a node emptied, or lets it take part again.
   *
   * @param state {@code DECOMMISSIONING} or {@code ACTIVE}; when it is empty it becomes {@code
   *     DECOMMISSIONED} by itself
   * @return fails with {@link ErrorCode#NOT_FOUND} if no node has the number
   */
  CompletableFuture<Void> setNodeState(int nodeId, NodeStatus.State state);

  // -------------------------------------------------------------------------------------------------- lifecycle

  /**
   * Ends the client: operations under way fail with {@link ErrorCode#CANCELLED}, files that were
   * not closed disappear, and everything it holds is released. Completes when that is done. Later
   * calls fail with {@link ErrorCode#CANCELLED}.
   */
  CompletableFuture<Void> closeAsync();

  /**
   * As {@link #closeAsync}, and waits for it, at most 10 seconds. Must not be called from the
   * callback executor.
   */
  @Override
  void close() throws ShoalException;
}
