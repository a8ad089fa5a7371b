package io.shoal.client;

import io.shoal.client.internal.ClientRuntime;
import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
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
public interface ShoalClient extends ReadOperations, AutoCloseable {
  /**
   * Makes a client. Connects with its first operation, so that it may be made while the cluster is
   * down.
   *
   * @throws IllegalArgumentException if the configuration contradicts itself
   */
  static ShoalClient create(ClientConfig config) {
    return ClientRuntime.start(config);
  }

  // ------------------------------------------------------------------------------------------------ reads

  /**
   * Returns the reads of this client as they are with another consistency; they end with the
   * client. All others, and those of the client itself, are {@link ReadConsistency#LINEARIZABLE}.
   */
  ReadOperations reading(ReadConsistency consistency);

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

  // ------------------------------------------------------------------------------------------------ open files

  /**
   * Opens a new file for writing. It becomes visible with the writer's first {@link
   * AsyncFileWriter#flush} or its {@link AsyncFileWriter#close}.
   */
  CompletableFuture<AsyncFileWriter> create(String path, PutOptions options);

  /**
   * Opens a file for writing at its end. Bytes become visible as they are committed: with {@link
   * AsyncFileWriter#flush} and {@link AsyncFileWriter#close}, and whenever chunks of them are
   * complete. Readers that opened the file before go on with the length that it had then.
   *
   * <p>Files have one writer at a time, and nothing has to be released by one that is gone: if
   * another one commits to the file meanwhile, this one fails with {@link
   * ErrorCode#STALE_GENERATION} and nothing of it that was not committed becomes part of the file.
   *
   * <p>Every call begins a new chunk, so that many small ones make a file of many small chunks: a
   * log keeps its writer open and flushes.
   */
  CompletableFuture<AsyncFileWriter> append(String path);

  // -------------------------------------------------------------------------------------------------- namespace

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
   * Makes a file shorter; no byte moves. Whoever has it open for writing can't commit any more, and
   * readers that opened it before may go on with what they have seen of its map, for a grace
   * period.
   *
   * <p>A length beyond the file's fails with {@link ErrorCode#INVALID_ARGUMENT}. Of a file in very
   * many pieces (more than 1,024 that have to go) others may see lengths in between.
   */
  CompletableFuture<FileStatus> truncate(String path, long lengthBytes);

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

  /** Returns the metadata servers, by their names. */
  CompletableFuture<List<MetadataServerStatus>> metadataServers();

  /**
   * Has a metadata server join the others while they serve: it is brought up to them first, and
   * counts from then on. Without effect if it is one of them already.
   *
   * @param server runs, with a data directory that was made by {@code --join}
   * @return completes when it counts; fails with {@link ErrorCode#INVALID_ARGUMENT} if it does not
   *     answer, or its id is another one's
   */
  CompletableFuture<Void> addMetadataServer(MetadataServerAddress server);

  /**
   * Takes a metadata server out, for good: it never comes back with its data. One that leads hands
   * over first.
   *
   * @return fails with {@link ErrorCode#NOT_FOUND} if there is none of that name, {@link
   *     ErrorCode#INVALID_ARGUMENT} if too few of those that stay can be heard
   */
  CompletableFuture<Void> removeMetadataServer(String id);

  /** As {@link #addMetadataServer} and {@link #removeMetadataServer} in one step. */
  CompletableFuture<Void> replaceMetadataServer(String id, MetadataServerAddress by);

  /**
   * Has another metadata server lead, before the one that leads is switched off, say.
   *
   * @param id of the one that is to lead; empty for the one that lacks least
   * @return completes when it leads; fails with {@link ErrorCode#NOT_FOUND} if there is none of
   *     that name, {@link ErrorCode#INVALID_ARGUMENT} if it does not take over in time
   */
  CompletableFuture<Void> transferLeadership(String id);

  /**
   * Copies all metadata, as of now, while the cluster serves. A metadata server can begin with it
   * ({@code metadata-server --restore}); the chunks themselves are on the nodes, and not in it.
   *
   * @param directory is made, durably and as a whole, for its owner alone
   * @param secretFile holds the cluster's secret: the copy has the keys that permissions to read
   *     and write are signed with
   * @return fails with {@link ErrorCode#ALREADY_EXISTS} if the directory is there, {@link
   *     ErrorCode#NOT_FOUND} or {@link ErrorCode#INVALID_ARGUMENT} if the secret can't be used, and
   *     {@link ErrorCode#UNAUTHENTICATED} if it is another cluster's
   */
  CompletableFuture<MetadataBackup> backupMetadata(Path directory, Path secretFile);

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

  /**
   * Lets a node delete again that has stopped deleting because it has too many chunks which the
   * cluster does not know: as many of them as {@code seen} tells of, and only if it has not stopped
   * anew since.
   *
   * @param seen what was looked at; its brake is on
   * @return completes when the order is on its way to the node: that it was followed shows in
   *     {@link #nodes}; fails with {@link ErrorCode#UNAVAILABLE} if the node is not there
   */
  CompletableFuture<Void> confirmDeletions(NodeStatus seen);

  /**
   * Has a node read its configuration again, on its own machine, and use the data directories that
   * it names now, while it goes on serving. Given again, it finds nothing to change.
   *
   * @return completes when the node has done so; fails, with nothing changed, with {@link
   *     ErrorCode#INVALID_ARGUMENT} if the configuration is wrong or a directory can't be used, and
   *     with {@link ErrorCode#UNAVAILABLE} if the node is not there
   */
  CompletableFuture<NodeReload> reloadNode(int nodeId);

  /**
   * Has a node prepared to be away for some time: it gets no new chunks, is not taken for dead, and
   * what only it has is copied. It may be switched off when its status says that it is ready. Given
   * again, the time counts anew; {@code setNodeState(nodeId, ACTIVE)} ends it before.
   *
   * @param length one second to one day, from now on
   * @return fails with {@link ErrorCode#NOT_FOUND} if no node has the number, and with {@link
   *     ErrorCode#FENCED} if it is dead or leaves
   */
  CompletableFuture<Void> startMaintenance(int nodeId, Duration length);

  /**
   * Begins to move copies from full nodes to emptier ones, until the used share of each is within a
   * threshold of that of all together; in the place of the rebalance that is running. It ends when
   * another metadata server leads, or the one that leads is restarted.
   *
   * @param thresholdPercent percentage points, 0.0001 to 100
   */
  CompletableFuture<RebalanceStatus> startRebalance(double thresholdPercent);

  /** Has the rebalance begin no more moves; without effect if none is running. */
  CompletableFuture<RebalanceStatus> stopRebalance();

  /** Tells how far the rebalance is that is running, or ran last since the leader began. */
  CompletableFuture<RebalanceStatus> rebalance();

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
