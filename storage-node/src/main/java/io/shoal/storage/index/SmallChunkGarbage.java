package io.shoal.storage.index;

import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.MutableColumnFamilyOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the files of small chunks rewritten without their dead bytes while a third of what they hold
 * is dead, until it is a sixth. In between nothing is rewritten: files whose bytes are all dead go
 * by themselves. Belongs to the thread that commits.
 */
final class SmallChunkGarbage {
  private static final Logger logger = LoggerFactory.getLogger(SmallChunkGarbage.class);

  private static final double BEGIN_SHARE = 1.0 / 3;
  private static final double END_SHARE = 1.0 / 6;

  /** Commits between two looks. */
  private static final int INTERVAL = 256;

  private final RocksDB database;
  private final ColumnFamilyHandle smallChunks;

  /** Dead bytes below which nothing is done, whatever their share. */
  private final long leastBytes;

  private int commits;
  private boolean collecting;

  /**
   * Makes it, not collecting.
   *
   * @param leastBytes dead bytes that are not worth it
   */
  SmallChunkGarbage(RocksDB database, ColumnFamilyHandle smallChunks, long leastBytes) {
    this.database = database;
    this.smallChunks = smallChunks;
    this.leastBytes = leastBytes;
  }

  /** Takes note of a commit, and now and then looks whether there is something to do. */
  void afterCommit() throws RocksDBException {
    if (++commits % INTERVAL == 0) {
      look();
    }
  }

  /** Begins to collect, or ends it, if it is time. */
  void look() throws RocksDBException {
    long total = database.getLongProperty(smallChunks, "rocksdb.live-blob-file-size");
    long dead = database.getLongProperty(smallChunks, "rocksdb.live-blob-file-garbage-size");
    double share = total == 0 ? 0 : (double) dead / (double) total;
    boolean wanted = collecting ? share > END_SHARE : share >= BEGIN_SHARE && dead >= leastBytes;
    if (wanted != collecting) {
      collecting = wanted;
      logger.info(
          "{} of {} MiB of small chunks are dead: {} to rewrite them",
          dead >> 20,
          total >> 20,
          wanted ? "beginning" : "ceasing");
      database.setOptions(
          smallChunks,
          MutableColumnFamilyOptions.builder().setEnableBlobGarbageCollection(wanted).build());
    }
  }
}
