package io.shoal.storage.index;

import io.shoal.common.error.ErrorCode;
import io.shoal.common.error.ShoalException;
import io.shoal.storage.io.NoSpaceException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.rocksdb.Cache;
import org.rocksdb.Env;
import org.rocksdb.LRUCache;
import org.rocksdb.Priority;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBufferManager;

/**
 * Opens indexes in RocksDB and owns what those of one node share: the block cache, the bound on
 * write buffers, the threads. To be closed after all of them.
 */
public final class RocksIndexes implements IndexOpener, AutoCloseable {
  /** How RocksDB says that another process, or this one, has the index open. */
  private static final Pattern LOCK_HELD =
      Pattern.compile("lock hold by current process|While lock file");

  /** Few, so that the filter of a table file, which can have a MiB, is a small part of one. */
  private static final int CACHE_SHARD_BITS = 2;

  /** What of the cache is kept for indexes and filters against the blocks of a long scan. */
  private static final double INDEX_AND_FILTER_SHARE = 0.5;

  static {
    RocksDB.loadLibrary();
  }

  private final IndexConfig config;
  private final Cache blockCache;

  /** Counts what lies in memory before it is flushed; holds nothing. */
  private final Cache writeAccount;

  private final WriteBufferManager writeBuffers;

  private int opened;

  /** Makes the shared parts. */
  public RocksIndexes(IndexConfig config) {
    this.config = config;
    this.blockCache =
        new LRUCache(config.blockCacheBytes(), CACHE_SHARD_BITS, false, INDEX_AND_FILTER_SHARE);
    // Counted in the block cache, what is to be flushed would take the place of its blocks.
    this.writeAccount = new LRUCache(config.totalWriteBufferBytes());
    this.writeBuffers = new WriteBufferManager(config.totalWriteBufferBytes(), writeAccount);
  }

  /**
   * Each index gets a thread for flushing and one for compaction, so that a disk that hangs keeps
   * nobody else waiting. They stay when it is closed: its disk may hang for ever.
   */
  private synchronized void addThreads() {
    opened++;
    Env env = Env.getDefault();
    for (Priority priority : List.of(Priority.HIGH, Priority.LOW)) {
      env.setBackgroundThreads(Math.max(env.getBackgroundThreads(priority), opened), priority);
    }
  }

  @Override
  public ChunkIndex open(Path directory, boolean readOnly, Consumer<Throwable> onFailure)
      throws IOException {
    addThreads();
    RocksOptions options = new RocksOptions(config, blockCache, writeBuffers, onFailure);
    try {
      return open(directory, readOnly, options);
    } catch (RocksDBException failure) {
      options.close();
      throw reasonOf(failure, directory);
    }
  }

  private static ChunkIndex open(Path directory, boolean readOnly, RocksOptions options)
      throws IOException, RocksDBException {
    try {
      return RocksChunkIndex.open(directory, readOnly, options);
    } catch (RocksDBException damaged) {
      Status status = damaged.getStatus();
      boolean corrupt = status != null && status.getCode() == Status.Code.Corruption;
      if (readOnly || !corrupt || !TornLog.cut(directory)) {
        throw damaged;
      }
      return RocksChunkIndex.open(directory, false, options);
    }
  }

  /** Tells a disk that failed from what passes: no room, or somebody else at the index. */
  private static IOException reasonOf(RocksDBException failure, Path directory) {
    String message = "index " + directory + ": " + failure.getMessage();
    Status status = failure.getStatus();
    if (status == null) {
      return new IOException(message, failure);
    }
    if (status.getSubCode() == Status.SubCode.NoSpace) {
      return new NoSpaceException(message, failure);
    }
    boolean diskFailed =
        status.getCode() == Status.Code.IOError || status.getCode() == Status.Code.Corruption;
    if (diskFailed && !LOCK_HELD.matcher(message).find()) {
      return new IOException(message, failure);
    }
    throw new ShoalException(ErrorCode.UNAVAILABLE, directory.toString(), message, failure);
  }

  @Override
  public void close() {
    writeBuffers.close();
    writeAccount.close();
    blockCache.close();
  }
}
