package io.shoal.benchmarks.store;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A distributed file store as the workloads see it. Adapters use the system's own client as its
 * manual advises: natively where it is asynchronous, with a pool of {@link #BLOCKING_THREADS}
 * threads where it blocks. Paths are absolute.
 */
public interface FileStore extends AutoCloseable {
  /** As many operations as the workloads keep in flight where they compare systems. */
  int BLOCKING_THREADS = 16;

  /** Makes a directory with its parents. */
  CompletableFuture<Void> mkdirs(String path);

  /** Stores a small file, durable as the system is set up; an empty buffer makes an empty file. */
  CompletableFuture<Void> write(String path, ByteBuffer content);

  /**
   * Reads a small file, verified.
   *
   * @return its length
   */
  CompletableFuture<Integer> read(String path, int limitBytes);

  /** Stores a large file of repeated pieces of {@link Pattern}, replacing what stands there. */
  CompletableFuture<Void> writeLarge(String path, long bytes);

  /**
   * Reads a large file from beginning to end, verified, into nothing.
   *
   * @return its length
   */
  CompletableFuture<Long> readLarge(String path);

  /**
   * The same for a client on the machine of a replica, in whatever way the system reads there by
   * default; {@link #readLarge} goes through connections.
   */
  default CompletableFuture<Long> readLargeLocally(String path) {
    return readLarge(path);
  }

  /** Tells the length of a file, 0 for a directory; -1 if there is neither. */
  CompletableFuture<Long> length(String path);

  /** Returns other ways to ask for lengths, that are sure of less or cost less, by their names. */
  default Map<String, Function<String, CompletableFuture<Long>>> otherLengths() {
    return Map.of();
  }

  /** Lists a directory with the status of its entries, and tells how many there are. */
  CompletableFuture<Integer> list(String directory);

  /** Renames a file. */
  CompletableFuture<Void> rename(String source, String destination);

  /** Deletes a file, or a directory with all below it; nothing if it is not there. */
  CompletableFuture<Void> delete(String path);

  /** Opens a file for reads at positions. */
  CompletableFuture<PositionedFile> open(String path);

  /** Makes a file to which records are appended. */
  CompletableFuture<RecordLog> createLog(String path);

  @Override
  void close();

  /** A file that is read at positions; any number of reads at once. */
  interface PositionedFile {
    /**
     * Fills a buffer from a position on.
     *
     * @return bytes read
     */
    CompletableFuture<Integer> read(long position, ByteBuffer target);

    /** Ends the reading. */
    CompletableFuture<Void> close();
  }

  /** A file to which one record after another is appended. */
  interface RecordLog {
    /** Appends a record; completes when it is on stable storage and readers may see it. */
    CompletableFuture<Void> append(ByteBuffer record);

    /** Ends the file. */
    CompletableFuture<Void> close();
  }
}
