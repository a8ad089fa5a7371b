/**
 * The index of a volume: which chunks there are, how long they are, and their checksums. Start with
 * {@link io.shoal.storage.index.ChunkIndex}; {@link io.shoal.storage.index.RocksChunkIndex} keeps
 * it in RocksDB, which no other package sees, and {@link io.shoal.storage.index.IndexCommitter}
 * lets many changes share one synced write. Reads block and belong on a volume's read pool; commits
 * run on the committer's own thread.
 */
@NullMarked
package io.shoal.storage.index;

import org.jspecify.annotations.NullMarked;
