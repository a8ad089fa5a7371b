package io.shoal.storage.index;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.BackgroundErrorReason;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.ReadOptions;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;

/** All native option objects of one index; closed after its database. */
final class RocksOptions implements AutoCloseable {
  private static final int BLOOM_BITS = 10;
  private static final long LOG_FILE_BYTES = 1 << 20;
  private static final int LOG_FILES = 4;

  /**
   * Small chunks shorter than this stay among the keys: a file of their own bytes would not pay.
   */
  private static final long MIN_BLOB_BYTES = 1 << 10;

  /**
   * Share of dead bytes at which the oldest files of small chunks are rewritten without waiting for
   * a compaction to come by.
   */
  private static final double BLOB_GARBAGE = 0.3;

  final DBOptions database;
  final ColumnFamilyOptions records;
  final ColumnFamilyOptions smallChunks;
  final WriteOptions synced;
  final ReadOptions scan;

  /** In the order in which they were made; closed in reverse. */
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();

  RocksOptions(
      IndexConfig config,
      Cache blockCache,
      WriteBufferManager writeBuffers,
      Consumer<Throwable> onFailure) {
    BlockBasedTableConfig tables =
        new BlockBasedTableConfig()
            .setBlockCache(blockCache)
            .setFilterPolicy(own(new BloomFilter(BLOOM_BITS)))
            .setCacheIndexAndFilterBlocks(true)
            .setPinL0FilterAndIndexBlocksInCache(true)
            .setOptimizeFiltersForMemory(true);
    records = own(columnFamily(config, tables));
    smallChunks =
        own(columnFamily(config, tables))
            .setEnableBlobFiles(true)
            .setMinBlobSize(MIN_BLOB_BYTES)
            .setBlobFileSize(config.blobFileBytes())
            // Switched on by SmallChunkGarbage while there is enough of it: when it is on, every
            // compaction rewrites all bytes that its keys lead to.
            .setEnableBlobGarbageCollection(false)
            .setBlobGarbageCollectionAgeCutoff(1.0)
            .setBlobGarbageCollectionForceThreshold(BLOB_GARBAGE);
    database =
        own(database(config, writeBuffers))
            .setListeners(List.of(own(new FailureListener(onFailure))));
    synced = own(new WriteOptions()).setSync(true);
    scan = own(new ReadOptions()).setFillCache(false);
  }

  @Override
  public void close() {
    while (!owned.isEmpty()) {
      closeQuietly(owned.removeLast());
    }
  }

  private static DBOptions database(IndexConfig config, WriteBufferManager writeBuffers) {
    return new DBOptions()
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        .setWriteBufferManager(writeBuffers)
        .setMaxOpenFiles(config.maxOpenFiles())
        .setMaxTotalWalSize(4 * config.writeBufferBytes())
        // Synced records are whole: anything but an unfinished last one is damage, and must not be
        // passed over in silence.
        .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
        // Rule D3: an index that failed once is never trusted again.
        .setMaxBgErrorResumeCount(0)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setMaxLogFileSize(LOG_FILE_BYTES)
        .setKeepLogFileNum(LOG_FILES)
        .setStatsDumpPeriodSec(0);
  }

  private static ColumnFamilyOptions columnFamily(
      IndexConfig config, BlockBasedTableConfig tables) {
    return new ColumnFamilyOptions()
        .setTableFormatConfig(tables)
        .setWriteBufferSize(config.writeBufferBytes())
        .setMaxWriteBufferNumber(3)
        // Checksums and users' bytes do not compress.
        .setCompressionType(CompressionType.NO_COMPRESSION);
  }

  private <T extends AutoCloseable> T own(T made) {
    owned.addLast(made);
    return made;
  }

  private static void closeQuietly(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception impossible) {
      throw new IllegalStateException("native object does not close: " + resource, impossible);
    }
  }

  private static final class FailureListener extends AbstractEventListener {
    private final Consumer<Throwable> onFailure;

    FailureListener(Consumer<Throwable> onFailure) {
      super(EnabledEventCallback.ON_BACKGROUND_ERROR, EnabledEventCallback.ON_ERROR_RECOVERY_BEGIN);
      this.onFailure = onFailure;
    }

    @Override
    public void onBackgroundError(BackgroundErrorReason reason, Status status) {
      onFailure.accept(
          new java.io.IOException(
              "index: " + reason + ": " + status.getCodeString() + " " + status.getState()));
    }

    @Override
    public boolean onErrorRecoveryBegin(BackgroundErrorReason reason, Status status) {
      return false;
    }
  }
}
