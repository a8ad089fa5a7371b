package io.shoal.metadata.store;

import io.shoal.common.error.FaultHandler;
import java.util.List;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.BackgroundErrorReason;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Status;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;

/** The native option objects of one database; they live as long as it does. */
final class RocksOptions implements AutoCloseable {
  /** Few, so that the filter of a table file, which can have a MiB, is a small part of one. */
  private static final int CACHE_SHARD_BITS = 2;

  /** What of the cache is kept for indexes and filters against the blocks of a long scan. */
  private static final double INDEX_AND_FILTER_SHARE = 0.5;

  private final Cache blockCache;

  /** Counts what lies in memory before it is flushed; holds nothing. */
  private final Cache writeAccount;

  private final WriteBufferManager writeBuffers;
  private final BloomFilter filter;
  private final AbstractEventListener listener;
  private final DBOptions database;
  private final ColumnFamilyOptions table;
  private final WriteOptions write;

  RocksOptions(RocksSettings settings, FaultHandler faults) {
    blockCache =
        new LRUCache(settings.blockCacheBytes(), CACHE_SHARD_BITS, false, INDEX_AND_FILTER_SHARE);
    // Counted in the block cache, what is to be flushed would take the place of its blocks.
    writeAccount = new LRUCache(settings.writeBufferBytes());
    writeBuffers = new WriteBufferManager(settings.writeBufferBytes(), writeAccount);
    filter = new BloomFilter(10);
    listener = new BackgroundErrors(faults);
    database = databaseOptions(settings);
    table = tableOptions(settings);
    write = new WriteOptions().setDisableWAL(true);
  }

  private DBOptions databaseOptions(RocksSettings settings) {
    return new DBOptions()
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        // The log is the write-ahead log: a crash must lose the same suffix of every table.
        .setAtomicFlush(true)
        .setWriteBufferManager(writeBuffers)
        .setMaxOpenFiles(settings.openFilesMax())
        .setMaxBackgroundJobs(settings.backgroundJobsMax())
        .setMaxFileOpeningThreads(2)
        // Rule S1: an I/O error ends the process; nothing goes on as if it had not been.
        .setMaxBgErrorResumeCount(0)
        .setListeners(List.of(listener))
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setKeepLogFileNum(4)
        .setMaxLogFileSize(4 << 20)
        .setStatsDumpPeriodSec(0)
        .setStatsPersistPeriodSec(0);
  }

  private ColumnFamilyOptions tableOptions(RocksSettings settings) {
    BlockBasedTableConfig blocks =
        new BlockBasedTableConfig()
            .setBlockCache(blockCache)
            .setBlockSize(8 << 10)
            .setFilterPolicy(filter)
            .setFormatVersion(6)
            .setCacheIndexAndFilterBlocks(true)
            .setCacheIndexAndFilterBlocksWithHighPriority(true)
            .setPinL0FilterAndIndexBlocksInCache(true);
    return new ColumnFamilyOptions()
        .setTableFormatConfig(blocks)
        .setWriteBufferSize(settings.writeBufferBytes() / 2)
        // Each table takes its memory in such pieces; most tables are small.
        .setArenaBlockSize(64 << 10)
        .setMaxWriteBufferNumber(3)
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        .setTargetFileSizeBase(16 << 20)
        .setMaxBytesForLevelBase(64 << 20)
        .setLevelCompactionDynamicLevelBytes(true);
  }

  DBOptions database() {
    return database;
  }

  ColumnFamilyOptions table() {
    return table;
  }

  WriteOptions write() {
    return write;
  }

  @Override
  public void close() {
    write.close();
    table.close();
    database.close();
    listener.close();
    filter.close();
    writeBuffers.close();
    writeAccount.close();
    blockCache.close();
  }

  /** Rule S1: a failed flush or compaction is a fault at once, not at the next write. */
  private static final class BackgroundErrors extends AbstractEventListener {
    private final FaultHandler faults;

    BackgroundErrors(FaultHandler faults) {
      super(EnabledEventCallback.ON_BACKGROUND_ERROR);
      this.faults = faults;
    }

    @Override
    public void onBackgroundError(BackgroundErrorReason reason, Status status) {
      faults.onFault(
          "state store",
          new IllegalStateException(
              "RocksDB failed in the background: "
                  + reason
                  + ", "
                  + status.getCodeString()
                  + ": "
                  + status.getState()));
    }
  }
}
